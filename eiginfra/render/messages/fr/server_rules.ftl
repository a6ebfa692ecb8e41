## Ce qu’un serveur refuse, sans qu’il faille le lui demander.

server-rule = { $at } : le serveur refuse { $value }{ $rule ->
    [length] , plus long que { $most } caractères
    [email] , qui n’est pas une adresse électronique que tous les serveurs acceptent
    [dns-name] , qui n’est pas un nom de machine
    [branch] , qui n’est pas un nom de branche
    [commit-message] {" "}: un commit demande un message
    [topic] {" "}comme sujet
    [ci-config] {" "}comme chemin de la configuration CI/CD
    [person-name] {" "}comme nom d’une personne
    [label] {" "}comme étiquette
    [milestone] {" "}comme titre d’un jalon
    [variable-key] {" "}comme nom de variable
    [variable-scope] {" "}comme portée d’environnements
    [account] , qui n’est pas un compte
    [identifier] , qui n’est pas un nom que Proxmox VE donne
    [storage] , qui n’est pas un nom de stockage
    [realm] , qui n’est pas un nom de domaine d’authentification
    [pool] , qui n’est pas un nom de pool
    [acl-path] , qui n’est pas un chemin de droits
    [calendar] , qui n’est pas une heure de planification
    [comment] {" "}comme commentaire
    [tag] {" "}comme tag
    [bridge] , qui n’est pas un nom de pont réseau
    [mount-path] {" "}: rien ne peut y être monté
    [firewall-address] , qui n’est pas une liste d’adresses
    [firewall-ports] , qui n’est pas une liste de ports
    [unix-account] , qui n’est pas un nom de compte de la passerelle
    [firewall-device] , qui n’est pas une interface réseau
    [subdomain] , qui n’est pas un sous-domaine
    [machine] , qui n’est pas une machine d’une équipe
    [source] , qui n’est pas un réseau d’où l’on peut venir
   *[other] {""}
    }
    .remedy = { $rule ->
    [length] écrivez { $most } caractères au plus
    [email] écrivez nom@domaine, avec des lettres sans accent, des chiffres et . _ + ~ - avant le @, 64 caractères au plus, et un domaine qui finit par des lettres
    [dns-name] écrivez des lettres, des chiffres et des tirets entre les points, 63 caractères au plus chacun
    [branch] écrivez par exemple main ou feature/nom : ni espace, ni ~ ^ : ? [ \, ni .., sans commencer par - ou ., sans finir par . ou .lock
    [commit-message] écrivez une ligne qui dit à quoi servent les fichiers
    [topic] écrivez 1 à 255 caractères sans virgule ; deux sujets sont deux entrées
    [ci-config] écrivez un chemin du dépôt, sans .. et sans / au début, 255 caractères au plus
    [person-name] écrivez 255 caractères au plus, le premier mot 127 au plus, le reste 127 au plus
    [label] écrivez 1 à 255 caractères sans , ? ni &
    [milestone] écrivez une ligne de 1 à 255 caractères
    [variable-key] écrivez seulement des lettres sans accent, des chiffres et _, 255 caractères au plus
    [variable-scope] écrivez seulement des lettres sans accent, des chiffres, des espaces et - _ / $ {"{"} {"}"} . *, 255 caractères au plus
    [account] écrivez { $least } à { $most } caractères avec @ et le domaine, sans espace ni : / , !
    [identifier] écrivez seulement des lettres sans accent, des chiffres et . _ -
    [storage] écrivez des lettres, des chiffres et . _ -, en commençant par une lettre et en finissant par une lettre ou un chiffre
    [realm] écrivez des lettres sans accent, des chiffres et . _ -, en commençant par une lettre, 2 à 32 caractères
    [pool] écrivez des lettres, des chiffres et . _ -, en trois parties au plus séparées par /
    [acl-path] écrivez par exemple /pool/NOM, /vms/NUMÉRO, /nodes/NOM ou /storage/NOM
    [calendar] écrivez par exemple 02:30, sat 04:00, mon..fri 22:00 ou */30
    [comment] écrivez { $most } caractères au plus, en une ligne
    [tag] écrivez des lettres, des chiffres et _ - + ., en commençant par une lettre, un chiffre ou _
    [bridge] écrivez des lettres, des chiffres et . _ -, par exemple vmbr1
    [mount-path] écrivez un chemin depuis la racine, par exemple /srv/data : sans .., sans //, et pas un dossier du système comme /proc ou /etc
    [firewall-address] écrivez des adresses ou des réseaux d’une même sorte séparés par des virgules, une plage, un alias, ou +ENSEMBLE
    [firewall-ports] écrivez des ports, des plages comme 8000:8080 ou des noms de services, séparés par des virgules, 15 nombres au plus
    [unix-account] écrivez 1 à 32 lettres minuscules sans accent, chiffres et . _ -, en commençant par une lettre ou _, sans finir par un point
    [firewall-device] écrivez 2 à 20 caractères, par exemple net0
    [subdomain] écrivez le nom en entier : lettres minuscules, chiffres et tirets intérieurs entre les points, pas de xn--
    [machine] écrivez son adresse : proxmox.container[COHORTE/ÉQUIPE/MACHINE]
    [source] écrivez un réseau comme 192.0.2.0/24 ou 2001:db8::/32 : aucun bit après le préfixe, /8 (IPv4) ou /16 (IPv6) au plus large ; sans sources, tout le monde peut venir
   *[other] écrivez-le autrement
    }
path-refused = { $noun ->
    [group] le groupe
   *[project] le projet
    } { $path } : { $problem }
    .remedy = choisissez un autre nom
path-of-group = { $path } est le chemin d’un groupe : aucun projet ne peut l’avoir
    .remedy = renommez le projet
account-name-refused = GitLab n’a pas de compte { $username } : { $problem }
    .remedy = corrigez le nom d’utilisateur
description-with-website = la description et le site ont ensemble { $length } caractères sur GitLab
    .remedy = raccourcissez la description : { $longest } caractères au plus
file-path = « { $path } » n’est pas un chemin dans un dépôt
    .remedy = écrivez-le depuis la racine du dépôt, par exemple docs/README.md : sans partie vide, sans .., sans .git
file-and-folder = { $path } est à la fois un fichier et un dossier
    .remedy = renommez l’un des deux
protocol-without-ports = le protocole { $proto } n’a pas de ports
    .remedy = enlevez les ports, ou écrivez tcp ou udp
icmp-type-alone = icmp_type demande le protocole icmp ou icmpv6, sans dport
    .remedy = écrivez proto: icmp
group-name-too-long = le groupe de sécurité { $name } a un nom trop long
    .remedy = écrivez { $longest } caractères au plus
firewall-name = le pare-feu ne connaît pas { $what } « { $name } »
    .remedy = écrivez un nom de la liste de Proxmox VE
firewall-versions = une règle a des adresses IPv4 et IPv6
    .remedy = écrivez deux règles
