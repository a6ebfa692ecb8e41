## Les comptes de la passerelle.

gateway-account-privileged = la passerelle a un compte { $user } (UID { $uid }) qui est celui du système ou d’un administrateur : il n’y est pas touché
    .remedy = donnez à la personne un autre nom dans l’inventaire ; son compte d’administrateur reste ce qu’il est
gateway-account-not-confirmed = la passerelle a déjà un compte { $user } (UID { $uid }), et rien ne prouve que c’est celui de la personne
    .remedy = demandez-le-lui, puis : eiginfra confirm, qui écrit gateway_id dans cohort.yml ; ou supprimez le compte sur la passerelle
gateway-other-accounts = { $count ->
    [one] le compte { $names } est
   *[other] les comptes { $names } sont
    } dans le groupe de rebond de la passerelle, sans qu’aucune promotion { $count ->
    [one] l’ait demandé
   *[other] les ait demandés
    }
    .remedy = sur la passerelle, en tant que root : usermod -e 1 NOM, qui le ferme ; ou inscrivez la personne dans le fichier d’une équipe
gateway-own-account = { $user } est le compte d’eiginfra lui-même sur la passerelle
    .remedy = donnez un autre nom à la personne
gateway-machine-outside = { $machine } a l’adresse { $ip }, à laquelle la passerelle ne mène personne : son réseau est { $subnet }
    .remedy = voyez `subnet` et `reserved-address` dans /etc/eiginfra-gateway/configuration, et `network:` dans le fichier du site
gateway-key = ce n’est pas une clé SSH publique d’un type qu’OpenSSH accepte (elle n’est pas répétée ici)
    .remedy = écrivez le type et la clé comme dans un fichier .pub, par exemple ssh-ed25519 AAAA…, sans options devant
reason-gateway-account-privileged = il faut un autre nom : le compte de la passerelle est celui du système ou d’un administrateur
reason-gateway-account-powerful = son compte de la passerelle est devenu celui d’un administrateur, et eiginfra n’y touche pas
reason-gateway-account-not-confirmed = EIG Link doit confirmer à qui est ce compte : eiginfra confirm

## Les options des conteneurs.

gateway-features-without-node = la passerelle du site n’est pas un nœud de Proxmox VE : rien ne peut y être réglé sur les conteneurs
    .remedy = écrivez via: NŒUD sous gateway: dans le fichier du site si c’en est un ; sinon retirez cette tâche, ou écrivez when: site.gateway.via is not none
gateway-features-no-container = { $machine } n’est pas un conteneur : les autres machines n’ont pas ces options
    .remedy = parcourez les conteneurs : team.machines | selectattr('type', 'eq', 'container')
gateway-features-twice = { $machine } a ses propres features, et gateway.features les règle aussi
    .remedy = retirez features: de proxmox.container, qui ne peut que les regarder
reason-gateway-no-node = `node` dans la configuration du programme de la passerelle : sans lui, il ne règle rien sur les conteneurs
reason-gateway-other-node = que le conteneur soit sur le nœud qu’est la passerelle
reason-gateway-container-missing = le conteneur

## Sous-domaines et ports publics.

gateway-machine-unknown = { $machine } n’est pas une machine de cet inventaire
    .remedy = écrivez l’adresse d’une machine que le playbook crée
gateway-own-name = { $name } est le nom de la passerelle elle-même
    .remedy = choisissez-en un autre
gateway-other-domain = { $name } n’est pas un nom du domaine du site, { $domain }
    .remedy = écrivez une seule partie devant .{ $domain }
gateway-body = { $size } ne peut pas être la taille maximale d’un envoi
    .remedy = écrivez des MiB entiers, de 1MiB à { $most }
gateway-address-outside = l’adresse { $ip } de la machine n’est pas de celles que la passerelle peut servir ; son réseau est { $subnet }
    .remedy = voyez `subnet` et `reserved-address` dans /etc/eiginfra-gateway/configuration, et `network:` dans le fichier de site
gateway-not-given = { $what } n’est pas à donner, d’après la configuration de la passerelle elle-même
    .remedy = voyez `domain`, `reserved`, `ports` et `reserved-port` dans /etc/eiginfra-gateway/configuration, et `gateway:` dans le fichier de site
gateway-left-over = sur la passerelle, { $names } appartiennent à cette promotion, et ni l’inventaire ni le journal ne les connaissent
    .remedy = pour les faire retirer, inscrivez-les dans l’inventaire, appliquez, ôtez-les et appliquez avec --prune
gateway-name-taken = { $name } a déjà un bloc server qu’eiginfra n’a pas écrit, { $place } ; il reste tel quel
    .remedy = retirez-le à cet endroit, ou choisissez un autre nom
gateway-other-owner = { $name } appartient à { $owner } sur la passerelle, et ce journal n’en sait rien ; rien n’est changé
    .remedy = utilisez le journal de sa promotion, ou choisissez autre chose
gateway-name-pattern = { $name } est aussi couvert par { $pattern }, { $place } ; nginx préfère le nom exact : c’est le bloc d’eiginfra qui répond
gateway-no-certificate = { $name } n’a pas encore de certificat, { $folder }
    .remedy = faites-le faire, par exemple avec certbot par HTTP (webroot) ; la prochaine application active HTTPS
gateway-certificate-gone = { $name } est servi en HTTPS, et son certificat a disparu, { $folder } : rien n’est changé
    .remedy = remettez-le en place, ou faites-le refaire
gateway-no-nginx = il n’y a pas de nginx sur la passerelle : les sous-domaines restent tels quels
    .remedy = installez-le ; docs/prepare-gateway.md dit comment
gateway-nginx-refuses = nginx refuse sa configuration sur la passerelle, les sous-domaines restent donc tels quels : { $said }
    .remedy = corrigez-la sur la passerelle, et vérifiez avec nginx -t
gateway-nginx-unread = { $path } sur la passerelle ne peut pas être lu ({ $why }) : les noms de ses blocs server ne sont pas connus
gateway-not-included = nginx sur la passerelle ne lit pas les fichiers de { $names }
    .remedy = ayez `include /etc/nginx/conf.d/*.conf;` dans le bloc http de nginx.conf
gateway-no-nft = il n’y a pas de nft sur la passerelle : les ports publics restent tels quels{ $iptables ->
    [1] {" "}; il y a iptables, dont eiginfra ne se sert pas
   *[other] {""}
    }
    .remedy = installez nftables ; docs/prepare-gateway.md dit comment
gateway-port-listening = la passerelle elle-même écoute sur { $port }
    .remedy = choisissez un autre port, ou arrêtez ce service
gateway-port-closed = le port public { $port } est fermé tant que des personnes parties ont encore des clés sur { $machine } : { $people }
    .remedy = démarrez la machine, pour que leurs clés puissent être retirées ; la prochaine application ouvre le port
gateway-port-unloaded = le port public { $port } est enregistré, et { $why ->
    [table-missing] aucune table n’est chargée
    [table-differs] quelqu’un a changé la table chargée
    [rule-missing] il n’est pas chargé
    [rule-left] il est encore chargé, bien que fermé
   *[other] il est chargé autrement
    }
gateway-table-by-hand = dans la table `inet eiginfra` se trouve ce qu’eiginfra n’a pas écrit : { $lines }
gateway-forwards-unread = parmi les ports enregistrés de la passerelle, des lignes ne peuvent pas être lues : { $lines }
    .remedy = retirez-les de /etc/eiginfra-gateway/forwards.nft
reason-gateway-no-certificate = un certificat, { $folder }
reason-gateway-certificate-gone = reste tel quel : son certificat a disparu, { $folder }
reason-gateway-name-taken = le nom : il a un bloc server qu’eiginfra n’a pas écrit, { $place }
reason-gateway-other-owner = { $owner }, à qui il appartient sur la passerelle
reason-gateway-port-listening = le port : la passerelle elle-même y écoute
reason-gateway-no-nginx = reste tel quel : il n’y a pas de nginx sur la passerelle
reason-gateway-nginx-refuses = reste tel quel : nginx refuse sa configuration sur la passerelle : { $said }
reason-gateway-no-nft = reste tel quel : il n’y a pas de nft sur la passerelle

## Ce que dit eiginfra doctor de la passerelle.

gateway-unusable = { $text }
gateway-fine = la passerelle { $url } : tout va bien
gateway-configuration-differs = le programme de la passerelle { $there-count ->
    [0] n’a pas de { $key }
   *[other] a { $key } { $there }
    }, le fichier du site { $site-count ->
    [0] n’en donne pas
   *[other] dit { $site }
    }
    .remedy = mettez d’accord /etc/eiginfra-gateway/configuration et gateway: du fichier du site ; ce que l’un des deux refuse ne se fait pas
gateway-nginx-missing = la passerelle n’a pas nginx : aucun sous-domaine ne peut être créé
    .remedy = en tant que root, là-bas : apt-get install nginx
gateway-nginx-broken = nginx refuse sa configuration sur la passerelle, donc aucun sous-domaine ne peut changer : { $text }
    .remedy = corrigez cette ligne sur la passerelle, puis : nginx -t
gateway-nft-missing = la passerelle n’a pas nft : aucun port public ne peut être transmis
    .remedy = en tant que root, là-bas : apt-get install nftables
gateway-only-iptables = la passerelle a iptables, mais pas nft : eiginfra ne transmet des ports que par une table de nftables
    .remedy = en tant que root, là-bas : apt-get install nftables ; les règles d’iptables restent telles quelles
gateway-certificate-missing = le certificat { $path } ne peut pas être lu sur la passerelle : ses sous-domaines n’ont que HTTP, et attendent
    .remedy = faites-le émettre (docs/prepare-gateway.md dit comment), ou corrigez certificate: dans le fichier du site et sur la passerelle
gateway-certificate-ended = le certificat { $path } a pris fin il y a { $days ->
    [one] { $days } jour
   *[other] { $days } jours
    }
    .remedy = renouvelez-le sur la passerelle, et rechargez nginx
gateway-certificate-ends = le certificat { $path } prend fin dans { $days ->
    [one] { $days } jour
   *[other] { $days } jours
    }
    .remedy = voyez pourquoi il ne se renouvelle pas tout seul
gateway-forwarding-off = la passerelle ne transmet pas de paquets (net.ipv4.ip_forward vaut 0) : aucun port public ne mène à une machine
    .remedy = en tant que root, là-bas : echo net.ipv4.ip_forward=1 >/etc/sysctl.d/90-forward.conf ; sysctl --system
gateway-not-the-route = la route par défaut des machines est { $route }, qui n’est pas une adresse de la passerelle ({ $addresses }) : ce qui entre par un port public ne revient pas
    .remedy = écrivez l’une d’elles sous gateway: dans proxmox.network, ou donnez cette adresse à la passerelle
gateway-forward-dropped = { $chains } de la passerelle jettent ce qu’aucune de leurs règles ne laisse passer : des ports publics peuvent ne mener nulle part
    .remedy = laissez-y passer ce qui a été transmis : nft add rule TABLE CHAÎNE ct status dnat accept (et les retours : ct state established,related accept)
gateway-ports-sent-on = d’autres transmettent aussi { $ports }, par des tables à eux : c’est la première règle qui l’emporte
    .remedy = retirez ces règles de la passerelle (iptables -t nat -S, nft list ruleset), ou restreignez ports: dans le fichier du site
gateway-sshd-block-missing = { $path } manque sur la passerelle : rien n’y limite les comptes au rebond
    .remedy = en tant que root, là-bas : /usr/local/sbin/eiginfra-gateway setup
gateway-sshd-block-overruled = sshd sur la passerelle ne limite pas les comptes au rebond : { $wrong }
    .remedy = quelque chose avant { $path } dans sshd_config en décide autrement : retirez-le, puis en tant que root : /usr/local/sbin/eiginfra-gateway setup
gateway-unit-unknown = on ne sait pas si { $unit } recharge les ports publics après un démarrage : { $why }
    .remedy = sans systemd, faites exécuter nft -f /etc/eiginfra-gateway/forwards.nft au démarrage de la passerelle
gateway-unit-off = { $unit } est { $state } sur la passerelle : après son prochain démarrage, aucun port public ne sera transmis
    .remedy = en tant que root, là-bas : systemctl enable --now { $unit }
gateway-disk-full = il reste { $free } Mio sur le disque de la passerelle
    .remedy = libérez de la place : là où rien ne peut être écrit, rien ne change
gateway-file-open = { $path } sur la passerelle appartient à { $owner }, mode { $mode } : d’autres que root peuvent y écrire
    .remedy = en tant que root, là-bas : chown root { $path } ; chmod go-w { $path }
