## Fichiers.

no-cohort-folder = il n’y a pas de dossier { $folder }
    .remedy = indiquez le dossier d’une promotion, par exemple -i inventories/eig3
cohort-suffix = le fichier s’appelle cohort.yaml
    .remedy = renommez-le cohort.yml
no-cohort = il n’y a pas de fichier cohort.yml dans ce dossier
cohort-folder = la promotion est « { $cohort } », mais son dossier est « { $folder } »
    .remedy = donnez-leur le même nom ; l’identifiant figure dans chaque chemin et chaque marque : corrigez celui qui est nouveau
stray-file = rien ne lit ceci
    .remedy = le dossier d’une promotion contient cohort.yml, les dossiers teams et handouts, et un README ; les fichiers des équipes vont dans teams
file-ignored = ce n’est pas le fichier d’une équipe
    .remedy = les fichiers des équipes finissent par .yml
folder-unreadable = le dossier ne peut pas être lu : { $reason }
yaml-suffix = les fichiers des équipes finissent par .yml
    .remedy = renommez-le { $name }.yml
team-id = « { $name } » n’est pas un identifiant d’équipe
    .remedy = renommez le fichier : minuscules sans accent, chiffres et tirets isolés, en commençant par une lettre, 31 caractères au plus
file-is-link = c’est un lien symbolique
    .remedy = mettez ici le fichier ou le dossier lui-même
file-is-folder = c’est un dossier
    .remedy = indiquez un fichier YAML
file-not-regular = ce n’est pas un fichier ordinaire
    .remedy = indiquez un fichier YAML
file-missing = ce fichier n’existe pas
    .remedy = vérifiez le chemin
file-unreadable = le fichier ne peut pas être lu : { $reason }
    .remedy = vérifiez son chemin et ses droits
file-empty = le fichier est vide
    .remedy = écrivez-y quelque chose, ou supprimez-le
file-too-large = le fichier fait { $size } Mio ; au plus 1 Mio est lu
    .remedy = est-ce le bon fichier ?
utf-16 = ce fichier est en UTF-16
    .remedy = enregistrez-le dans l’encodage UTF-8
not-utf-8 = l’octet 0x{ $byte } n’est pas de l’UTF-8
    .remedy = enregistrez le fichier dans l’encodage UTF-8
not-utf-8-but-latin-1 = l’octet 0x{ $byte } n’est pas de l’UTF-8 (en Latin-1, ce serait « { $letter } »)
    .remedy = enregistrez le fichier dans l’encodage UTF-8
invisible-character = il y a ici un caractère invisible (U+{ $sign })
    .remedy = supprimez-le, ou remplacez-le par une espace
merge-conflict = il y a ici un conflit de fusion de Git, pas encore résolu
    .remedy = gardez une des versions, et supprimez les marques de Git { $lines-count ->
        [one] à la ligne
       *[other] aux lignes
        } { $lines-and }

## Équipes, personnes et machines.

no-team = la promotion n’a aucune équipe
    .remedy = écrivez-en une : teams/<identifiant>.yml à côté de ce fichier
unknown-team = le quota nomme l’équipe « { $name } », qui n’existe pas
no-quota = il n’y a pas de quota pour toutes les équipes : chacune peut demander autant de machines, et aussi grandes, qu’elle veut
    .remedy = écrivez quota: {"{"}default: {"{"}machines: 3, cores: 4, memory: 2GiB, disk: 40GiB, projects: 10{"}"}{"}"}
host-name-too-long = le nom d’hôte { $host } a { $length } caractères ; { $longest } sont possibles
    .remedy = raccourcissez le nom de la machine
mounts-on-vm = la machine « { $name } » est une VM, qui ne peut pas avoir de mounts
    .remedy = demandez un disque plus grand, ou faites-en un conteneur
former-name-in-use = « { $name } » s’appelait « { $was } », mais « { $was } » est encore là
    .remedy = supprimez l’un des deux, ou la clé « was »
duplicate-host = le nom d’hôte { $name } est donné deux fois{ $teams-count ->
    [0] {""}
   *[other] , par { $teams-and }
    }
    .remedy = renommez l’une des deux machines
duplicate-team = le pool et le groupe { $name } seraient partagés, par { $teams-and }
    .remedy = donnez à l’une des deux équipes un autre identifiant
sibling-mistaken = les fichiers de la promotion { $name }, qui partage le site, sont faux : { $why }
    .remedy = voyez eiginfra check -i { $name } ; d’ici là, c’est ce que le journal en sait qui compte
duplicate-project = un deuxième projet « { $name } » dans cette équipe
    .remedy = renommez-en un ; GitLab ne distingue pas les majuscules
duplicate-machine = une deuxième machine « { $name } » dans cette équipe
    .remedy = renommez-en une
duplicate-mount = un deuxième volume à { $name }
    .remedy = donnez-lui un autre chemin
duplicate-former-name = une deuxième s’appelait « { $name } »
    .remedy = une seule peut avoir eu ce nom
duplicate-subdomain = le sous-domaine « { $name } » est demandé deux fois{ $teams-count ->
    [0] {""}
   *[other] , par { $teams-and }
    }
    .remedy = choisissez-en un autre
duplicate-port = le port public { $name } est demandé deux fois{ $teams-count ->
    [0] {""}
   *[other] , par { $teams-and }
    }
    .remedy = choisissez-en un autre
duplicate-machine-id = l’ID de machine { $name } est donné deux fois{ $teams-count ->
    [0] {""}
   *[other] , par { $teams-and }
    }
    .remedy = chaque machine a son propre ID
no-member = l’équipe n’a aucun membre
no-mentor = l’équipe n’a pas de mentor
    .remedy = nommez-en un, pour que les nouveaux sachent à qui s’adresser
duplicate-member = « { $username } » figure { $among ->
    [both] parmi les membres et parmi les mentors
    [mentors] deux fois parmi les mentors
   *[members] deux fois parmi les membres
    } de cette équipe
    .remedy = gardez une seule mention
person-differs = { $key ->
    [email] l’adresse électronique
   *[name] le nom
    } de « { $username } » est { $values-and }
    .remedy = écrivez { $key ->
        [email] la même adresse électronique
       *[name] le même nom
        } aux deux endroits, ou un autre identifiant si ce sont deux personnes
duplicate-email = l’adresse électronique { $email } est celle de { $names-and }
    .remedy = donnez à chaque compte sa propre adresse
duplicate-account = { $key } : { $id } est attribué à { $names-and }
    .remedy = un compte est celui d’une seule personne : gardez-le pour celle à qui il appartient
shared-ssh-key = cette clé SSH est celle de { $names-and }
    .remedy = chaque personne doit avoir sa propre clé, pour pouvoir partir sans les autres
username-spelling = l’identifiant « { $written } » est écrit « { $spelt } » dans l’équipe { $other } : les deux sont « { $lower } »
    .remedy = écrivez ici aussi { $spelt }
cohort-not-begun = la promotion commence le { $starts }, et nous sommes le { $today } : rien de nouveau n’est créé
    .remedy = attendez, ou indiquez un autre jour avec --as-of
cohort-over = la promotion a pris fin le { $ends }, et nous sommes le { $today } : rien de nouveau n’est créé
    .remedy = indiquez un autre jour avec --as-of, ou une fin plus tardive si elle continue
until-outside-cohort = « { $username } » aurait accès jusqu’au { $until }, mais la promotion va du { $starts } au { $ends }
unknown-size = le site n’a pas de taille « { $size } »
unknown-image = le site n’a pas d’image « { $image } »
image-of-other-type = l’image « { $image } » du site n’existe pas pour { $type ->
    [vm] une VM
   *[container] un conteneur
    }
    .remedy = choisissez un autre type, ou une autre image : { $others-count ->
        [0] il n’y en a pas
       *[other] il y a { $others }
        }
machine-id-out-of-range = l’ID de machine { $id } n’est pas parmi ceux du site ({ $ids })
    .remedy = seule une machine de la plage du site peut être reprise : son adresse découle de son ID
reserved-port = le port { $port } est celui du serveur lui-même : { $owner ->
    [ssh] SSH
    [mail] le courrier
    [http] HTTP
    [https] HTTPS
    [spice] le proxy SPICE
    [proxmox-web] l’interface web de Proxmox
    [proxmox-consoles] les consoles de Proxmox
    [proxmox-migrations] les migrations de Proxmox
   *[rpcbind] rpcbind
    }
    .remedy = choisissez-en un autre, par exemple à partir de 10000
port-out-of-range = le port { $port } n’est pas parmi ceux de la passerelle ({ $ports })
    .remedy = choisissez-en un autre
gateway-absent = le site n’a pas de passerelle : { $total ->
    [one] { $asked-and } est inscrit et vérifié, et sera fait
   *[other] { $asked-and } sont inscrits et vérifiés, et seront faits
    } quand il en aura une

## Valeurs.

at-label = { $label } : { $said }
missing-key = « { $key } » manque{ $inside ->
    [file] {""}
   *[other] {" "}dans { $inside }
    }
    .remedy = ajoutez « { $key }: … »
unknown-key = clé inconnue « { $key } »{ $inside ->
    [file] {""}
   *[other] {" "}dans { $inside }
    }
no-value = il n’y a pas de valeur
entry-split = { $names-and } sont séparés, où il faut un seul élément
    .remedy = écrivez { $write }
pair-as-entry = chaque valeur d’un élément est nommée par sa clé
    .remedy = écrivez { $write }
text-cut = seul « { $kept } » est lu : le # qui suit commence un commentaire
    .remedy = écrivez { $quoted }, ou mettez une espace après le # d’un commentaire
no-value-but-comment = il n’y a pas de valeur : # commence un commentaire
    .remedy = écrivez { $key }: { $quoted }, si c’est ce que vous vouliez, ou bien supprimez la clé
secret-in-file = un secret ne s’écrit jamais dans le fichier lui-même
    .remedy = écrivez où il se trouve : {"{"}env: NOM{"}"}, {"{"}file: CHEMIN{"}"} ou {"{"}command: [PROGRAMME, ARGUMENT]{"}"}
not-an-address = { $value } n’est pas une adresse IPv4
    .remedy = écrivez quatre nombres de 0 à 255, par exemple 9.9.9.9
not-a-network = { $value } n’est pas un réseau IPv4
    .remedy = écrivez sa première adresse et sa longueur, par exemple 192.168.0.0/24
not-a-date = { $value } n’est pas une date
    .remedy = écrivez année-mois-jour, par exemple 2020-06-30
wrong-type = il y a ici { $found ->
    [truth] la valeur logique { $value }
    [number] le nombre { $value }
    [text] un texte
    [list] une liste
   *[mapping] un ensemble de clés (clé: valeur)
    }, où il faut { $wanted ->
    [text] un texte
    [number] un nombre entier
    [truth] true ou false
    [list] une liste
    [date] une date
   *[mapping] un ensemble de clés
    }
    .remedy = { $wanted ->
        [text] écrivez un seul texte
        [number] écrivez des chiffres, sans guillemets
        [truth] écrivez true ou false
        [list] écrivez chaque élément après « - », ou tous entre [crochets]
        [date] écrivez année-mois-jour, par exemple 2020-06-30
       *[mapping] écrivez des lignes 'clé: valeur', ou {"{"}clé: valeur{"}"}
        }
too-small = { $value } est trop petit
    .remedy = au moins { $ge }
too-large = { $value } est trop grand
    .remedy = au plus { $le }
empty-text = le texte est vide
    .remedy = écrivez quelque chose, ou supprimez la clé
text-too-long = le texte est trop long
    .remedy = au plus { $max_length } caractères
empty-list = la liste est vide
    .remedy = { $min_length ->
        [one] au moins { $min_length } élément
       *[other] au moins { $min_length } éléments
        }
list-too-long = la liste est trop longue
    .remedy = { $max_length ->
        [one] au plus { $max_length } élément
       *[other] au plus { $max_length } éléments
        }
unknown-choice = { $value } n’est pas une valeur connue ici
refused = { $text }
pattern = { $value } n’est pas { $what ->
    [team-id] un identifiant d’équipe ou de promotion
    [machine-name] un nom de machine
    [subdomain] un sous-domaine
    [username] un identifiant de compte
    [provider] le nom d’un moyen de connexion
    [login] le nom d’un utilisateur d’une machine
    [proxmox-account] un compte de Proxmox VE
    [email] une adresse électronique que GitLab et Proxmox acceptent
    [former-name] un ancien nom
    [project-name] un nom de projet
    [url] une adresse web
    [proxy] l’adresse d’un proxy
    [fingerprint] l’empreinte d’une clé
    [certificate-folder] un dossier de certificats
    [host-name] un nom d’hôte ou de domaine
    [colour-value] une couleur
    [font] un nom de police
    [stylesheet] un nom de feuille de style
    [project-path] le chemin d’un projet
    [group-path] le chemin d’un groupe
    [token-id] l’identifiant d’un jeton d’API
    [hours] une plage horaire
    [kind-name] le nom d’une sorte de ressource
    [code] le code d’un constat
    [listen] une adresse d’écoute
    [license] un identifiant SPDX
    [mount-path] un chemin où monter un volume
   *[title] un titre
    }
url = { $value } n’est pas une adresse web
    .remedy = vérifiez le nom du serveur et le port
url-with-user = une adresse web avec un nom d’utilisateur ou un mot de passe
    .remedy = supprimez tout ce qui précède l’arobase
license-without-version = { $value } n’est pas un identifiant SPDX : il ne donne pas de version
    .remedy = écrivez { $whole }, si c’est celle-là
wrong-encoding = { $value } a été enregistré dans un mauvais encodage
    .remedy = écrivez { $meant }
size = { $value } n’est pas une taille { $what ->
    [body] de requête
    [memory] de mémoire
   *[disk] de disque
    }
size-too-large = { $size } est trop grand pour { $what ->
    [body] une requête
    [memory] la mémoire
   *[disk] un disque
    }
    .remedy = au plus { $largest }
not-a-size = { $value } n’est pas une taille
size-beyond = { $value } est trop grand
size-without-unit = { $value } n’a pas d’unité
two-sizes = size est donné en même temps que { $amounts }
    .remedy = gardez `size`, ou écrivez cores, memory et disk
no-size = la taille manque
    .remedy = écrivez `size`, ou aussi { $missing-and }
clone-of-container = clone est donné pour un conteneur
    .remedy = écrivez `type: vm`, ou enlevez `clone`
range = { $value } n’est pas une plage
    .remedy = écrivez premier-dernier, par exemple 100-250
ports = { $ports } ne sont pas des ports
    .remedy = ils vont de 1 à 65535
host-key = { $value } n’est ni une empreinte ni le chemin d’un fichier
    .remedy = écrivez SHA256: et les 43 signes que montre ssh-keygen -lf, ou le chemin d’un fichier known_hosts
reserved = { $value } n’est ni un port ni le début d’un sous-domaine
    .remedy = écrivez 10001 ou www
one-secret-source = il faut une seule source pour le secret
    .remedy = écrivez {"{"}env: NOM{"}"}, {"{"}file: CHEMIN{"}"} ou {"{"}command: [PROGRAMME, ARGUMENT]{"}"}
secret-place = ceci ne dit pas où un secret est gardé
    .remedy = écrivez {"{"}env: NOM{"}"}, {"{"}file: CHEMIN{"}"} ou {"{"}command: [PROGRAMME, ARGUMENT]{"}"}, jamais le secret
secret-env = env n’est pas le nom d’une variable d’environnement
    .remedy = écrivez le nom, jamais le secret
secret-command = la commande est vide
    .remedy = écrivez [PROGRAMME, ARGUMENT, …]
gateway-outside = la passerelle { $gateway } n’est pas dans { $subnet }
    .remedy = écrivez une adresse de ce réseau
gateway-in-range = la plage { $ids } contient la passerelle ({ $gateway } a le numéro { $number })
    .remedy = terminez-la avant, ou commencez-la après { $number }
range-leaves-subnet = la plage { $ids } doit tenir dans 100-{ $largest } : Proxmox commence à 100, { $subnet } finit là
    .remedy = écrivez une plage dans 100-{ $largest }
empty-image = une image de rien
    .remedy = écrivez container, vm ou les deux
two-journals = `journal` et `journal_url` désignent deux journaux
    .remedy = n’en gardez qu’un
interval = { $value } n’est pas une durée
    .remedy = écrivez 30s, 10m ou 2h
negative = { $names } au-dessous de zéro
    .remedy = écrivez 0 ou plus
amounts-too-large = { $names } trop grand
    .remedy = au plus { $most }
cap = { $value } n’est pas un plafond
    .remedy = écrivez 3, 20% ou '3 or 20%'
days = { $value } n’est pas un nombre de jours
    .remedy = écrivez 30d
dates-reversed = la promotion finit ({ $ends }) avant de commencer ({ $starts })
    .remedy = échangez les deux dates
private-key = c’est une clé privée
    .remedy = supprimez-la, créez une nouvelle paire avec ssh-keygen, et écrivez ici la ligne du fichier .pub
ssh-key = ce n’est pas une clé SSH publique
    .remedy = copiez la ligne du fichier .pub : 'ssh-ed25519 AAAA… commentaire'
ssh-key-damaged = cette clé SSH publique est abîmée ou coupée
    .remedy = recopiez toute la ligne du fichier .pub
ssh-key-dsa = c’est une clé DSA, que SSH n’accepte plus
    .remedy = créez une nouvelle paire avec ssh-keygen -t ed25519, et écrivez la ligne du fichier .pub
ssh-key-fingerprint = c’est l’empreinte d’une clé, pas la clé
    .remedy = copiez la ligne du fichier .pub : 'ssh-ed25519 AAAA… commentaire'
ssh-key-putty = cette clé publique est au format de PuTTY
    .remedy = écrivez la ligne que donne ssh-keygen -i -f FICHIER
ssh-key-pem = cette clé publique est au format PEM
    .remedy = écrivez la ligne que donne ssh-keygen -i -m PKCS8 -f FICHIER
ssh-key-path = c’est le chemin d’un fichier, pas une clé
    .remedy = écrivez la ligne que le fichier contient : cat { $path }
ssh-key-broken = cette clé SSH est coupée sur deux lignes, ou par des espaces
    .remedy = écrivez toute la clé sur une ligne : le type, une espace, le long texte, une espace, un commentaire
ssh-key-text-before = il y a du texte avant cette clé SSH
    .remedy = commencez par { $first }
ssh-key-without-type = le premier mot de cette clé SSH manque
    .remedy = écrivez { $type } et une espace devant
