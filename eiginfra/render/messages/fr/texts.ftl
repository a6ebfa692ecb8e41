## Textes.

mixed-scripts = « { $text } » mélange des alphabets : { $letters } ressemblent à des lettres latines
    .remedy = écrivez-le avec un seul clavier, si ce n’est pas voulu
encoded-label = { $label } est la forme codée de « { $shown } »
    .remedy = vérifiez que c’est bien le nom voulu
day-out-of-time = { $day } n’est pas un jour de notre temps
    .remedy = écrivez un jour du { $first } au { $last }
files-not-read = { $count ->
        [one] un autre fichier de ce dossier n’a pas été lu
       *[other] { $count } autres fichiers de ce dossier n’ont pas été lus
    } : il y a trop d’erreurs dans les premiers, ou ils sont trop longs
    .remedy = corrigez ou raccourcissez d’abord ceux-là
too-many-files = ce dossier a { $count } fichiers ; { $most } au plus sont lus
    .remedy = est-ce le bon dossier ?
