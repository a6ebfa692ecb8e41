## Garde-fous, quotas et plans.

removal-cap = { $step ->
    [entry] { $count } sur { $total } éléments de { $kind } { $what } seraient retirés
   *[other] { $count } sur { $total } { $kind } seraient retirés ({ $step })
    } ; le plafond est { $cap }
    .remedy = vérifiez que l’inventaire n’a pas perdu de personnes ; si c’est voulu : --allow-removals { $count }, ou `caps: {"{"}{ $what }: { $count }{"}"}` dans cohort.yml
team-renamed = l’équipe { $gone } n’est plus là, et la nouvelle équipe { $new } demande la même chose : son fichier a-t-il été renommé ?
    .remedy = une équipe garde l’identifiant de ses débuts : nommez à nouveau le fichier { $gone }.yml (le titre peut changer) ; si { $new } est une nouvelle équipe, dites-le : --as-new { $new }
asked-for-twice = { $one } et { $other } demandent le même { $what } dans { $within } : « { $value } »
    .remedy = donnez-en un autre à l’un des deux
was-missing = { $gone } n’est plus là et { $new } est nouveau : si c’est le même, il sera créé une seconde fois
    .remedy = écrivez was: { $gone } à côté de son nom ; rien si c’en est un autre
dependency-circle = ces ressources dépendent l’une de l’autre : { $circle }
    .remedy = les dépendances d’une sorte de ressource sont fausses
claimed-elsewhere = { $address } a été appliqué avec un autre { $names } par la promotion { $cohort }, que seul le journal connaît
    .remedy = mettez-les d’accord ; si { $cohort } est terminée : eiginfra forget --cohort { $cohort } '{ $address }'
claims-clash = { $address } est demandé avec des { $names } différents : par { $one } et par { $other }
    .remedy = mettez-les d’accord, ou donnez à l’un une autre clé
cohort-closed = nous ne sommes pas dans les dates de la promotion : rien de nouveau n’est créé
    .remedy = voyez starts et ends dans cohort.yml
immutable-field = { $name } est { $before } et ne peut pas devenir { $after }
quota-exceeded = { $team } demande { $used }, son quota est de { $allowed } : { $excess } de trop
    .remedy = demandez moins, ou demandez à EIG Link d’écrire sous quota.teams dans cohort.yml : { $write }
capacity-exceeded = les équipes demandent ensemble { $used }, la capacité de la promotion est de { $allowed } : surtout { $largest }
    .remedy = demandez moins, ou augmentez `capacity.{ $measure }` si le serveur le permet
quota-overrun = { $team } utilise en réalité { $used }, son quota est de { $allowed }
    .remedy = une application reprend ce qui a été agrandi à la main ; ce qui a été créé à la main est à supprimer par une personne
quota-excess = cela prend { $amounts } de plus que ce que l’inventaire demande
quota-excess-departed = n’est plus dans l’inventaire et prend encore { $amounts }
made-by-hand = cela a été créé à la main, et prend { $amounts }
    .remedy = demandez-le dans l’inventaire, ou faites-le supprimer par qui l’a créé : eiginfra n’y touche pas
brief-quota-excess = plus que ce que l’inventaire demande
brief-quota-excess-departed = plus que ce que l’inventaire demande
brief-made-by-hand = créé à la main
plan-elsewhere = { $saved } a été fait pour { $what ->
    [site] le site
   *[cohort] la promotion
    } { $theirs }, ici c’est { $ours }
    .remedy = faites un plan ici : eiginfra plan --out FICHIER
plan-unreadable = { $name } n’est pas un plan de cette version d’eiginfra
    .remedy = faites-en un nouveau : eiginfra plan --out FICHIER
plan-unsigned = { $name } n’est pas signé avec la `plan_key` du site
    .remedy = faites le plan avec le même fichier de site et la même clé, et ne confiez le fichier à personne en chemin
plan-altered = { $name } a été modifié après avoir été fait
    .remedy = faites-en un nouveau : eiginfra plan --out FICHIER

acknowledgement-expired = le constat connu { $finding } pour { $subject } a pris fin le { $until }
    .remedy = enlevez-le, ou écrivez un jour plus tardif dans until
error-acknowledged = { $finding } est ici une erreur : une erreur ne peut pas être signalée comme connue
    .remedy = corrigez ce qu’elle signale, et enlevez cette ligne
unknown-finding = il n’y a pas de constat « { $finding } »
    .remedy = `eiginfra plan --format json` montre les codes des constats
acknowledgement-unused = plus rien ne correspond à ce constat connu : { $finding } pour { $subject }
    .remedy = enlevez-le, sauf si une autre promotion en a besoin

## Journal, secrets et services.

journal-url = `journal` n’est pas l’adresse d’une base de données
    .remedy = écrivez le chemin d’un fichier, ou postgresql://utilisateur@serveur/base
journal-option = une option de l’URL de base de données dans `journal` n’existe pas chez PostgreSQL, ou sa valeur n’en est pas une
    .remedy = écrivez par exemple postgresql://user@host/database?sslmode=require ; les options sont celles de libpq
journal-database = `journal` nomme la base de données « { $database } »
    .remedy = écrivez le chemin d’un fichier, ou postgresql://utilisateur@serveur/base
journal-unreadable = { $name } est abîmé, ou n’est pas un journal
    .remedy = déplacez-le et recommencez : seuls l’historique et les causes des différences sont perdus, rien sur les serveurs
journal-foreign = { $name } est une base de données, mais pas un journal
    .remedy = donnez au journal un fichier ou une base à lui
journal-newer = le journal { $name } a été écrit par un eiginfra plus récent (schéma { $found }, celui-ci connaît { $known })
    .remedy = mettez eiginfra à jour ici aussi
machines-not-asked = on ne sait pas si les machines laissent entrer eiginfra : { $text }
machine-not-entered = eiginfra ne peut pas y entrer, et attend { $why }
machines-entered = { $count } machines sur { $total } laissent entrer eiginfra
journal-empty = le journal ne contient encore aucune exécution
journal = la dernière exécution du journal est la { $number }, le { $started } UTC par { $by }
service-unwell = { $service } : { $text }
no-section = le site n’a pas de section { $provider }
ca-unreadable = { $ca } : { $reason }
    .remedy = indiquez un fichier PEM sous { $service }.ca dans le fichier du site
ca-not-pem = { $ca } : il ne contient pas de certificat au format PEM
    .remedy = indiquez un fichier PEM sous { $service }.ca dans le fichier du site
secret-unset = { $name ->
        [none] la variable d’environnement nommée ici n’est pas définie, ou est
       *[other] la variable d’environnement { $name } n’est pas définie, ou est
    } vide
    .remedy = voyez docs/site.md, Secrets
secret-file-empty = le fichier nommé ici{ $name ->
        [none] {""}
       *[other] {" "}({ $name })
    } est vide
    .remedy = voyez docs/site.md, Secrets
secret-file-unreadable = le fichier nommé ici{ $name ->
        [none] {""}
       *[other] {" "}({ $name })
    } ne peut pas être lu : { $reason }
    .remedy = écrivez le chemin du fichier, jamais le secret ; voyez docs/site.md, Secrets
secret-command-failed = la commande nommée ici, qui devait afficher le secret, a échoué : { $reason }
    .remedy = écrivez le programme et ses arguments, jamais le secret ; voyez docs/site.md, Secrets
secret-command-empty = la commande nommée ici n’a rien affiché
    .remedy = voyez docs/site.md, Secrets
secret-not-text = le secret gardé là n’est pas du texte (UTF-8)
    .remedy = gardez-y le secret seul, sur une ligne
secret-of-several-lines = le secret gardé là a plusieurs lignes
    .remedy = gardez-y le secret seul, sur une ligne
secret-no-private-key = ce qui est gardé là n’est pas une clé privée
    .remedy = gardez-y tout le texte de la clé, de -----BEGIN à -----END
secret-with-control-character = le secret gardé là contient un caractère invisible
    .remedy = copiez le secret de nouveau, sans rien autour
secret-not-ascii = le secret gardé là contient d’autres signes que des lettres ASCII, des chiffres et de la ponctuation, ou des espaces
    .remedy = copiez le secret de nouveau, sans rien autour
secret-too-long = ce qui est gardé là est trop long pour être un secret
    .remedy = gardez-y le secret seul, sur une ligne

## Réponses d'une forme inconnue.

odd-answer = { $provider } : { $what } : { $name } a une forme inconnue ({ $complaint }) et n’est pas pris en compte ; rien de nouveau n’y est créé entre-temps
    .remedy = regardez cet objet sur le serveur, et ce qui se trouve entre les deux ; prévenez l’équipe d’eiginfra si le serveur va bien
odd-answers = { $provider } : { $count } autres objets ont une forme inconnue
    .remedy = voyez le précédent
held-by-another = { $address } demande le { $what } « { $value } », que { $holder } porte déjà
    .remedy = choisissez-en un autre, ou renommez ou supprimez { $holder } sur le serveur

## Le dépôt de l’inventaire, et le ticket qui s’y trouve.

repository-unnamed = la promotion ne nomme aucun dépôt pour les notes et les tickets
    .remedy = écrivez repository: {"{"}url: https://gitlab.example.org/GROUPE/PROJET{"}"} dans cohort.yml
repository-elsewhere = { $url } n’est pas un projet sur un serveur du site ({ $servers }), et aucun autre ne reçoit son jeton
    .remedy = écrivez l’adresse du projet sur ce serveur, telle que le navigateur la montre
