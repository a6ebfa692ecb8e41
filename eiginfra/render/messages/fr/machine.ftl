## Qui peut entrer dans les machines, et ce qui empêche eiginfra d’y entrer.

access-without-machine = personne ne demande { $machine }
    .remedy = demandez la machine dans le même playbook, ou retirez la tâche
key-is-own = une clé de { $person } est celle d’eiginfra
    .remedy = écrivez une clé propre à la personne : ce qu’elle ouvre serait fermé à son départ
key-of-two = { $one } et { $other } ont la même clé
    .remedy = chacun écrit une clé à soi : celle qui est retirée ne doit pas être aussi celle d’un autre
machine-unknown-keys = { $keys-count ->
    [one] une clé que personne ne connaît ouvre
   *[other] { $keys-count } clés que personne ne connaît ouvrent
    } { $machine } : { $keys }
    .remedy = écrivez la clé sous sa personne dans le fichier de l’équipe, ou retirez-la ; avec keys sous authoritative: dans cohort.yml, elle est retirée
nothing-listens = rien n’écoute sur le port { $port } de { $machine }, où mène { $what }
    .remedy = démarrez ce qui doit y répondre, sur une autre adresse que 127.0.0.1, ou écrivez le port sur lequel il répond
machine-keys-refused = les clés de { $login } sur { $machine } ne peuvent pas être gérées : { $why ->
    [symbolic-link] un des fichiers, ou le dossier, est un lien symbolique
    [not-a-file] l’une d’elles n’est pas un fichier
    [not-a-folder] .ssh n’est pas un dossier
    [owner] un fichier ou le dossier appartient à quelqu’un d’autre
    [home] le dossier personnel est inaccessible, ou appartient à quelqu’un d’autre
    [large] un fichier dépasse 1 Mio
    [zero-byte] un fichier contient des octets nuls
   *[other] { $why }
    }
    .remedy = corrigez-le sur la machine ; d’ici là, qui ne devrait plus avoir accès l’a peut-être encore
machine-login-missing = { $machine } n’a pas de compte { $login }
    .remedy = écrivez sous logins: dans le playbook l’utilisateur de l’image
machine-keys-elsewhere = le sshd de { $machine } lit les clés dans { $files-and }
    .remedy = eiginfra ne gère que .ssh/authorized_keys : retirez AuthorizedKeysFile de la configuration de sshd, et regardez qui est dans les autres fichiers
machine-host-key-changed = la clé d’hôte de { $machine } est { $seen }, alors que { $known-and } est connue : rien n’y a été fait
    .remedy = quelqu’un d’autre répond peut-être. Comparez-la avec ce que ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub affiche sur la machine même ; si c’est la sienne, lancez : eiginfra forget --host-key { $mark }
machine-host-key-unknown = la clé d’hôte de { $machine } n’est pas connue, et rien ne garantit la première qui serait vue : rien n’y a été fait
    .remedy = regardez celle de la machine avec ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub sur place, puis faites croire la prochaine : eiginfra forget --host-key { $mark }
machine-without-key = { $machine } ne laisse pas entrer eiginfra comme { $login } : elle n’a pas la clé d’eiginfra
    .remedy = lancez ceci une fois, en root : { $command }
machine-sudo-refused = { $login } ne peut pas devenir root sans mot de passe sur { $machine }
    .remedy = donnez-lui ce droit sur place, comme les images cloud : echo '{ $login } ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/90-{ $login }
machines-without-gateway = le site a machines: sans gateway:, par laquelle on atteint les machines
    .remedy = écrivez la section gateway: dans le fichier du site

## Pourquoi une machine n’a pas été visitée.

reason-machine-off = le démarrage de la machine : éteinte, elle ne laisse entrer ni sortir personne
reason-machine-not-made = la création de la machine
reason-machine-without-address = une adresse IPv4 de la machine
reason-machine-unreachable = une réponse de la machine à { $address }
reason-machine-unread = une machine en état : { $text }
reason-machine-key-refused = l’accès d’eiginfra à la machine comme { $login }
reason-machine-sudo-refused = le droit de { $login } de devenir root sans mot de passe
reason-machine-keys-refused = quelqu’un qui corrige les clés de { $login } ({ $why })
reason-machine-host-key-unknown = quelqu’un qui garantisse sa clé d’hôte
reason-machine-host-key-changed = quelqu’un qui dise si sa nouvelle clé d’hôte est la bonne : { $seen }, alors que { $known-and } est connue
