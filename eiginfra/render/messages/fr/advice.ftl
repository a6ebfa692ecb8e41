## Que faire, que mettre à la place.

reason-did-you-mean = vouliez-vous écrire « { $meant } » ?
reason-some-choices = il y en a { $count }, par exemple { $some }
reason-choose-among = choisissez parmi { $choices }
reason-only-choice = il n’y a que { $choice }
reason-write = écrivez { $text }
reason-write-unquoted = écrivez { $text }, sans guillemets
reason-write-truth-unquoted = écrivez true ou false, sans guillemets
reason-write-either = écrivez { $one } ou { $other }
reason-write-without-brackets = écrivez { $text }, sans crochets ni « - »
reason-write-after-hyphen = écrivez-le sur une ligne à part, après « - »
reason-write-size-like = écrivez un nombre entier et son unité, par exemple { $example }
reason-write-guessed-size = écrivez { $size }, si vous pensiez à { $unit }
reason-write-day = écrivez { $day }, ou supprimez la clé : par défaut, c’est la fin de la promotion
reason-day-within = écrivez un jour compris entre ces dates, ou supprimez la clé : par défaut, c’est la fin de la promotion
reason-write-maintainer = écrivez maintainer, le rôle le plus élevé dans une équipe : le propriétaire des groupes est EIG Link
reason-write-each-protocol = écrivez un élément pour tcp et un pour udp
reason-write-or-delete-entry = écrivez-la, ou supprimez l’élément de la liste
reason-write-value = écrivez-la
reason-write-or-delete-key = écrivez-la, ou supprimez la clé
reason-write-former-value = écrivez { $name }: { $before } dans l’inventaire
reason-write-as-protected = écrivez { $name }: { $before } dans l’inventaire ; la ressource est protégée et n’est donc pas recréée non plus : enlevez d’abord protect
reason-write-or-replace = écrivez { $name }: { $before } dans l’inventaire, ou faites-le recréer, en perdant son contenu : --replace '{ $address }'
reason-quote = mettez-le entre guillemets
reason-quote-as = mettez-le entre guillemets : "{ $text }"
reason-delete-hyphens = supprimez le « - » devant « { $key } » et les autres clés
reason-begin-entries = commencez chaque élément par « - », suivi d’une espace : '- { $key }: …'
reason-indent-below = décalez de deux espaces les lignes qui en font partie, et commencez chaque élément par « - » : '  - { $key }: …'
reason-hyphen-and-space = mettez une espace après le tiret
reason-one-number = écrivez un seul nombre : un élément pour chacun
reason-space-after-hyphen = mettez une espace après le tiret : '- { $key }: …'
reason-space-after-colon = écrivez '{ $text }', avec une espace après les deux-points
reason-belongs-in-entry = sa place est dans un élément de « { $of } » : vérifiez le décalage de la ligne
reason-belongs-in = sa place est dans { $owner } : vérifiez le décalage de la ligne
reason-belongs-outside = sa place est en début de ligne, hors de toute liste : vérifiez le décalage de la ligne
reason-pattern = { $what ->
    [team-id] des minuscules sans accent, des chiffres et des tirets isolés ; commencez par une lettre ; 31 caractères au plus
    [machine-name] des minuscules sans accent, des chiffres et des tirets à l’intérieur ; 32 caractères au plus
    [subdomain] la partie qui précède le domaine de la passerelle : minuscules sans accent, chiffres et tirets à l’intérieur ; 32 caractères au plus
    [username] des lettres sans accent, des chiffres et, à l’intérieur, aussi . _ -
    [provider] comme dans la configuration de GitLab : openid_connect, saml
    [login] une minuscule ou _, puis des minuscules, des chiffres, _ et - ; par exemple debian
    [proxmox-account] NOM@ROYAUME, par exemple adler-1@pve
    [email] une seule adresse, nom@domaine, avec des lettres sans accent, des chiffres et . _ + ~ - avant l’arobase
    [project-name] des lettres sans accent, des chiffres, _ et -, avec des points isolés à l’intérieur, sans finir par .git ou .atom
    [former-name] des lettres sans accent, des chiffres et . _ -
    [url] écrivez http:// ou https:// et le nom du serveur
    [proxy] écrivez http:// avec son nom et son port, ou none
    [fingerprint] écrivez SHA256: et 43 lettres, chiffres, + ou /
    [certificate-folder] écrivez un chemin absolu, avec {"{"}name{"}"} pour le sous-domaine, par exemple /etc/letsencrypt/live/eig-apps.example.org
    [host-name] des lettres sans accent, des chiffres, des tirets et des points, par exemple eig.example.org
    [colour-value] écrivez # et six chiffres ou lettres de a à f entre guillemets droits, par exemple "#000091"
    [font] des lettres sans accent, des chiffres, des espaces et des tirets, par exemple Marianne
    [stylesheet] un fichier CSS à côté de cohort.yml, sans dossier, par exemple eig.css
    [project-path] écrivez le groupe et le projet, par exemple eig/pages
    [group-path] écrivez-le sans barre oblique au début ni à la fin, par exemple eig ou public/eig
    [token-id] écrivez utilisateur@domaine!nom, par exemple eiginfra@pve!ci
    [hours] écrivez hh:mm-hh:mm, par exemple 03:00-05:00
    [kind-name] écrivez fournisseur.chose, par exemple gitlab.group
    [code] des mots en minuscules avec des tirets, par exemple node-offline
    [listen] écrivez nom:port, par exemple 127.0.0.1:9469
    [license] écrivez par exemple MIT, AGPL-3.0-or-later ou etalab-2.0
    [mount-path] écrivez-le depuis la racine, par exemple /srv/data
   *[title] une seule ligne de texte, sans espace au début ni à la fin, sans virgule finale
    }
reason-pattern-meant = écrivez { $meant }{ $what ->
    [team-id] {" "}; des minuscules sans accent, des chiffres et des tirets isolés, en commençant par une lettre, 31 caractères au plus
    [machine-name] {" "}; des minuscules sans accent, des chiffres et des tirets à l’intérieur, 32 caractères au plus
    [subdomain] {" "}; la partie qui précède le domaine de la passerelle : minuscules sans accent, chiffres, tirets à l’intérieur, 32 caractères au plus
    [username] {" "}; des lettres sans accent, des chiffres et, à l’intérieur, aussi . _ -
    [provider] {" "}; comme dans la configuration de GitLab : openid_connect, saml
    [proxmox-account] {" "}; NOM@ROYAUME, par exemple adler-1@pve
    [email] {" "}; une seule adresse, nom@domaine, avec des lettres sans accent, des chiffres et . _ + ~ - avant l’arobase
    [project-name] {" "}; des lettres sans accent, des chiffres, _ et -, des points isolés à l’intérieur, sans finir par .git ou .atom
    [fingerprint] {" "}; SHA256: et 43 lettres, chiffres, + ou /
    [certificate-folder] {" "}; un chemin absolu, comme /etc/letsencrypt/live/eig-apps.example.org
    [host-name] {" "}; des lettres sans accent, des chiffres, des tirets et des points, par exemple eig.example.org
    [title] {" "}; une seule ligne de texte, sans espace au début ni à la fin, sans virgule finale
   *[other] {""}
    }
reason-rename-team-file = renommez-le { $name }.yml, si c’est le fichier d’une équipe
reason-rename-file = renommez le fichier { $name }.yml : minuscules sans accent, chiffres et tirets isolés, en commençant par une lettre, 31 caractères au plus
reason-did-you-mean-folder = vouliez-vous écrire { $folder } ?
reason-name-cohort = indiquez le dossier d’une promotion, par exemple -i inventories/eig3
reason-no-image-of-type = le site n’en a aucune pour ce type de machine
reason-see-privileges = voyez les privilèges du rôle Administrator : pveum role list
reason-machines-first = créez d’abord les machines : le plan suivant dira ce qu’un administrateur doit lancer
reason-administrator-command = en tant que root : { $command }
reason-backup-command = un administrateur doit { $verb ->
    [make] la créer
   *[change] la modifier
    } : { $command }{ $without ->
    [0] {""}
    [one] {" "}; sans 1 machine qui reste à créer
   *[other] {" "}; sans { $without } machines qui restent à créer
    }

## Dans les playbooks.

reason-play-without-teams = sans `teams`, un play s’exécute une fois, pour la promotion ; écrivez teams: all
reason-item-in-loops = elle existe dans une tâche qui a `loop`, sauf dans `loop` même
reason-kinds-are-written = une ressource s’écrit fournisseur.nom, par exemple gitlab.group
reason-loop-in-braces = écrivez loop: "{"{{"} { $written } {"}}"}"
reason-without-braces = `when` est déjà une expression : écrivez-la sans {"{{"} {"}}"}
reason-close-braces = fermez chaque {"{{"} par {"}}"}
reason-default-value = donnez une valeur avec `or`, ou avec default
reason-one-of-its-values = choisissez une de ses valeurs, ou joignez-les
reason-no-logins = une tâche n’exécute rien sur les machines et ne s’y connecte donc pas : enlevez-le
reason-order-follows = l’ordre découle de ce qui dépend de quoi : enlevez-le
reason-failures-typed = eiginfra sait quels échecs peuvent être retentés, et le fait : enlevez-le
reason-loop-with-filters = écrivez loop: "{"{{"} … {"}}"}", avec des filtres pour choisir parmi les éléments
reason-tasks-in-a-row = écrivez les tâches l’une après l’autre ; `when`, `tags` et `vars` peuvent être mis sur le play
reason-one-playbook = il n’y a qu’un playbook : écrivez-y les plays et leurs vars
reason-plays-for-teams = les plays sont pour des équipes : écrivez teams: all
reason-no-results = rien n’est fait pendant la lecture d’un playbook : il n’y a aucun résultat à garder
reason-write-vars = écrivez vars sur la tâche ou sur son play
reason-changes-compared = les changements sont trouvés par comparaison : enlevez-le
reason-plan-shows = `plan` montre tout ce qui serait fait : enlevez-le
reason-plan-shows-differences = `plan` montre chaque différence : enlevez-le
reason-no-secrets = il n’y a jamais de secret dans un playbook ni dans un plan : enlevez-le
reason-no-handlers = rien ne s’exécute après un changement : enlevez-le
reason-tag-always = une tâche s’exécute toujours par son étiquette : écrivez tags: [always]
reason-limits-of-site = les limites du site disent combien est fait à la fois : enlevez-le
reason-run-once = sans `teams`, un play s’exécute une fois, pour la promotion
reason-kinds-with-provider = une ressource s’écrit avec son fournisseur, par exemple gitlab.group : enlevez-le
reason-write-field = écrivez le champ sur chaque tâche, ou une variable dans les vars du play
reason-write-kind = écrivez la ressource comme clé de la tâche, par exemple gitlab.group: {"{"}path: …{"}"}
reason-write-fields-below = écrivez les champs sous la ressource, par exemple gitlab.group: {"{"}path: …{"}"}
reason-no-debugger = il n’y en a pas : enlevez-le
reason-no-prompts = rien n’est demandé pendant la lecture d’un playbook : écrivez la valeur dans le fichier de la promotion ou du site

## Parties de phrases.

reason-amount = { $measure ->
    [memory] { $value } de mémoire
    [disk] { $value } de disque
    [machines] { $value ->
        [one] { $value } machine
       *[other] { $value } machines
        }
    [cores] { $value ->
        [one] { $value } cœur
       *[other] { $value } cœurs
        }
   *[projects] { $value ->
        [one] { $value } projet
       *[other] { $value } projets
        }
    }
reason-share = { $measure ->
    [memory] { $team } ({ $value })
    [disk] { $team } ({ $value })
    [machines] { $value ->
        [one] { $team } ({ $value } machine)
       *[other] { $team } ({ $value } machines)
        }
    [cores] { $value ->
        [one] { $team } ({ $value } cœur)
       *[other] { $team } ({ $value } cœurs)
        }
   *[projects] { $value ->
        [one] { $team } ({ $value } projet)
       *[other] { $team } ({ $value } projets)
        }
    }
reason-subdomains = { $count ->
    [one] { $count } sous-domaine
   *[other] { $count } sous-domaines
    }
reason-forwards = { $count ->
    [one] { $count } redirection de port
   *[other] { $count } redirections de ports
    }
reason-and-more = { $count } de plus
reason-value-of-team = « { $value } » dans { $team }
reason-no-value-of-team = rien dans { $team }
reason-by-cohort = la promotion
reason-by-team = l’équipe { $team }
reason-by-other-cohort = la promotion { $cohort }
reason-by-team-of-cohort = l’équipe { $team } de { $cohort }
reason-in-group = au groupe { $path }
reason-in-project = au projet { $path }
reason-sort = { $of ->
    [none] rien (None)
    [truth] true ou false
    [text] un texte
    [number] un nombre
    [list] une liste
    [mapping] un ensemble de clés
    [function] une fonction
    [team] une équipe
    [person] une personne
    [machine] une machine
    [project] un projet
    [cohort] une promotion
    [site] un site
   *[other] un élément « { $of } »
    }
reason-guest = { $type ->
    [qemu] la VM
   *[other] le conteneur
    } { $id } du nœud { $node }
reason-guest-absent = cette machine n’existe pas
reason-guest-template = c’est un modèle
reason-guest-type = c’est { $type ->
    [qemu] une VM
   *[other] un conteneur
    }
reason-guest-owned = elle appartient à { $mark }
reason-name-length = il doit avoir de 1 à 255 caractères
reason-name-begins = il ne peut pas commencer par « { $sign } »
reason-name-signs = GitLab n’y accepte pas { $signs }
reason-name-apostrophe = GitLab n’y accepte pas { $signs } ; écrivez ’ pour l’apostrophe
and = { $first } et { $last }
reason-path-signs = GitLab accepte des lettres sans accent et des chiffres, séparés par un seul . _ ou -, sans finir par .git ou .atom
reason-path-too-short = il faut { $least } caractères ou plus
reason-path-too-long = il faut { $longest } caractères au plus, avec tous les groupes qui l’entourent
reason-path-reserved = GitLab se réserve le nom « { $word } »
reason-path-extension = un nom qui finit par { $ending } est pris pour un fichier
