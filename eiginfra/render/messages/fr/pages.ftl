## Les pages : leur thème, les dates de la promotion, ce qui est publié et ce qui ne l’est pas.

event-reversed = « { $title } » finit ({ $ends }) avant de commencer ({ $starts })
    .remedy = échangez les deux dates
event-outside-cohort = « { $title } » n’est pas dans les dates de la promotion, du { $starts } au { $ends }
    .remedy = corrigez ses dates, si ce n’est pas voulu
pages-one-project = les deux sites seraient les pages de { $project }, qui n’en a qu’un
    .remedy = écrivez un autre projet pour l’un d’eux : ce qui est interne serait public
pages-one-url = les deux sites seraient à l’adresse { $url }
    .remedy = écrivez une autre adresse pour l’un d’eux : ce qui est interne serait public
theme-contrast = { $token } ({ $colour }) est illisible sur { $background } ({ $paper }) : le contraste est de { $contrast }
    .remedy = choisissez une couleur plus éloignée de l’autre ; il faut au texte un contraste de { $least } (WCAG 2.2, AA ; RGAA 3.2)
stylesheet-missing = la feuille de style { $name } n’est pas à côté de cohort.yml
    .remedy = mettez-la là, ou supprimez cette clé
stylesheet-too-large = la feuille de style est trop grande
    .remedy = { $most } Kio au plus
stylesheet-asks = « { $written } » dans une feuille de style ferait charger quelque chose
    .remedy = supprimez-le : les pages ne chargent rien ; une police que les postes ont déjà s’indique avec theme: font
stylesheet-sign = « { $written } » dans une feuille de style
    .remedy = écrivez la lettre elle-même à la place de \ et de son numéro ; les signes de HTML n’y ont pas leur place
exception-of-no-project = cette exception est pour le projet { $project }{ $name ->
    [none] {""}
   *[other] {" "}de { $name }
    }, qui n’existe pas
    .remedy = supprimez-la, ou corrigez-la
exception-of-several-projects = cette exception est pour { $project }, que plusieurs équipes ont : { $teams-and }
    .remedy = écrivez team à côté
exception-over = l’exception pour { $project } valait jusqu’au { $until }
    .remedy = publiez le projet, ou faites décider d’un jour plus tardif
project-not-public = le projet { $project } est { $visibility ->
    [internal] interne
   *[private] privé
    }, et rien ne dit pourquoi
    .remedy = publiez-le, ou faites ajouter une exception sous exceptions dans cohort.yml

## Ce qu’eiginfra doctor dit des pages internes de la promotion.

pages-internal-for-everybody = tout le monde peut voir le site de { $project }, qui est pour la promotion
    .remedy = dans les réglages du projet sur GitLab (Général, Visibilité), réservez Pages aux membres du projet ; rendez le projet privé
pages-internal-for-all-accounts = toute personne qui a un compte sur ce GitLab peut voir le site de { $project }
    .remedy = dans les réglages du projet sur GitLab (Général, Visibilité), réservez Pages aux membres du projet, si ce n’est pas voulu
pages-internal-no-project = il n’y a pas de projet { $project }, ou le jeton ne le voit pas
    .remedy = corrigez-le, ou créez-le sur GitLab et publiez-y les pages
pages-internal-untold = GitLab ne dit pas qui peut voir le site de { $project }
    .remedy = donnez au jeton un rôle dans le projet qui en voit les réglages
pages-internal-open = { $url } montre ses pages à quiconque les demande
    .remedy = fermez-le : sur GitLab, dans les réglages du projet (Général, Visibilité), réservez Pages aux membres du projet ; l’instance doit avoir le contrôle d’accès de Pages
pages-internal-closed = { $url } ne montre rien sans connexion
pages-internal-not-seen = { $url } n’a pas pu être interrogé : { $why ->
    [not-public] son adresse n’est pas publique
    [proxy] seul un proxy y mène
    [port] son port n’est pas un port habituel
    [unknown-name] son nom est inconnu
    [no-name-service] son nom ne peut pas être cherché ici
    [tls] son certificat n’est pas valable
    [status] il a répondu par une erreur
   *[other] il n’a pas répondu ({ $why })
    }
    .remedy = regardez-le dans un navigateur sans vous connecter : aucune page ne doit apparaître
