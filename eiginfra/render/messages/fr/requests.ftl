## Ce qui ne va pas dans une demande entière.

merge-conflicts = la demande et sa branche cible changent les mêmes lignes de { $files-and }
    .remedy = fusionner la branche cible dans la branche de la demande, et y choisir ce qui compte
file-refused = un fichier de ce nom, ou de cette nature, n’a pas sa place dans un inventaire : il appartient à git, à Python ou à eiginfra, ou n’est pas lu partout de la même façon
    .remedy = le retirer de la demande
name-twice = { $name } est pris pour { $other }, qui est dans le même dossier, par certains systèmes de fichiers ou par git
    .remedy = retirer l’un des deux de la demande, ou lui donner un autre nom
folder-not-in-git = git ne peut pas lire ce dossier : son objet { $object } manque, est endommagé ou n’est pas un dossier
    .remedy = récupérer la branche à nouveau ; si cela ne suffit pas, la refaire à partir de la branche cible
file-not-in-git = git ne peut pas lire ce fichier : son objet { $object } manque, est endommagé ou n’est pas un fichier
    .remedy = récupérer la branche à nouveau ; si cela ne suffit pas, valider le fichier à nouveau
folders-too-deep = il y a des dossiers dans des dossiers, sur plus de { $most } niveaux : rien de la demande n’est lu
    .remedy = les retirer de la demande
request-too-large = la demande apporte ou change plus de { $most } fichiers : aucun n’est lu
    .remedy = retirer ce qui n’est pas d’un inventaire, ou faire plusieurs demandes
