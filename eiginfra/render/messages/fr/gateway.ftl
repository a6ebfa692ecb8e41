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
    .remedy = sur la passerelle, en tant que root : gpasswd -d NOM eiginfra-jump ; ou inscrivez la personne dans le fichier d’une équipe
gateway-key = ce n’est pas une clé SSH publique d’un type qu’OpenSSH accepte (elle n’est pas répétée ici)
    .remedy = écrivez le type et la clé comme dans un fichier .pub, par exemple ssh-ed25519 AAAA…, sans options devant
reason-gateway-account-privileged = il faut un autre nom : le compte de la passerelle est celui du système ou d’un administrateur
reason-gateway-account-not-confirmed = EIG Link doit confirmer à qui est ce compte : eiginfra confirm
gateway-unreachable = { $text }
gateway-fine = la passerelle { $url } : tout va bien

## Les options des conteneurs.

gateway-features-without-node = la passerelle du site n’est pas un nœud de Proxmox VE : rien ne peut y être réglé sur les conteneurs
    .remedy = écrivez via: NŒUD sous gateway: dans le fichier du site si c’en est un ; sinon retirez cette tâche, ou écrivez when: site.gateway.via
gateway-features-no-container = { $machine } n’est pas un conteneur : les autres machines n’ont pas ces options
    .remedy = parcourez les conteneurs : team.machines | selectattr('type', 'eq', 'container')
gateway-features-twice = { $machine } a ses propres features, et gateway.features les règle aussi
    .remedy = retirez features: de proxmox.container, qui ne peut que les regarder
reason-gateway-no-node = `node` dans la configuration du programme de la passerelle : sans lui, il ne règle rien sur les conteneurs
reason-gateway-other-node = que le conteneur soit sur le nœud qu’est la passerelle
reason-gateway-container-missing = le conteneur
