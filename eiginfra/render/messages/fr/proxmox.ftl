## Ce que dit eiginfra doctor.

proxmox-unreachable = { $text }
proxmox-not-examined = { $text }
proxmox-fine = Proxmox VE { $version } à { $url } : tout va bien
proxmox-old = Proxmox VE { $version } n’a jamais été essayé ; il faut 8.2 ou plus récent
    .remedy = mettez le serveur à jour
proxmox-no-tls = le jeton est envoyé sans chiffrement
    .remedy = écrivez https:// dans `url:`
certificate-unreadable = son certificat n’a pas pu être lu : { $text }
certificate-ends = son certificat prend fin dans { $days ->
    [one] { $days } jour
   *[other] { $days } jours
    }
    .remedy = renouvelez-le sur le serveur
token-rights = le jeton { $token } n’a pas { $privileges } sur { $path } ({ $purpose ->
    [virtual-machines] machines virtuelles
    [snapshots] instantanés
    [accounts] comptes
    [firewall] pare-feu
    [backup-job] tâche de sauvegarde
   *[core] base
    }) : { $purpose ->
    [virtual-machines] les machines virtuelles ne peuvent pas être clonées
    [snapshots] une machine dont l’équipe a demandé des instantanés n’est pas modifiée
    [accounts] les comptes, groupes, rôles et droits des équipes ne peuvent pas tous être créés et tenus
    [firewall] on ne sait pas si le pare-feu du centre de données est en marche ; celui des machines fonctionne quand même
    [backup-job] la tâche de sauvegarde est laissée à un administrateur, à qui le plan donne la commande
   *[core] les pools et les machines ne peuvent pas être créés ni tenus
    }
    .remedy = en tant que root : { $command }, avec un rôle qui a { $needed } ; docs/prepare-proxmox.md donne toutes les commandes
realm-unknown = Proxmox n’a pas de domaine { $realm }
    .remedy = voyez `realm:` sous `proxmox:` ; il y a { $realms }
node-down = le nœud { $node } est hors ligne
    .remedy = voyez `nodes:` sous `proxmox:`
node-unknown = le nœud { $node } n’existe pas ; il y a { $nodes }
    .remedy = voyez `nodes:` sous `proxmox:`
storage-unknown = le stockage { $storage } de { $node } n’existe pas, ou le jeton ne le voit pas
    .remedy = voyez `storage:` sous `proxmox:`
storage-inactive = le stockage { $storage } de { $node } n’est pas actif
    .remedy = voyez `storage:` sous `proxmox:`
storage-content = le stockage { $storage } de { $node } n’est pas autorisé à contenir { $contents }
    .remedy = voyez `storage:` sous `proxmox:`
bridge = le nœud { $node } n’a pas de pont { $bridge } ; { $bridges-count ->
    [0] il n’en a aucun
   *[other] il a { $bridges }
    }
    .remedy = voyez `network:` sous `proxmox:`
images-unseen = les images du stockage { $storage } de { $node } ne peuvent pas être vues : { $text }
image-missing = l’image { $image } est { $volume }, que le nœud { $node } n’a pas ; il a { $there-count ->
    [0] rien
   *[other] { $there }
    }
    .remedy = sur { $node } : pveam download { $storage } … ; ou écrivez-en une qui existe, sous `images:` dans le fichier du site
image-guest-missing = l’image { $image } est la VM { $id }, qui n’existe pas ou que le jeton ne voit pas ; modèles : { $there-count ->
    [0] aucun
   *[other] { $there }
    }
    .remedy = voyez `images:` dans le fichier du site, ou créez le modèle ; docs/prepare-proxmox.md donne les commandes
image-no-vm = l’image { $image } est { $id }, un conteneur sur { $node }, pas une VM ; modèles : { $there-count ->
    [0] aucun
   *[other] { $there }
    }
    .remedy = voyez `images:` dans le fichier du site
image-no-template = l’image { $image } est la VM { $id } sur { $node }, qui n’est pas un modèle ; modèles : { $there-count ->
    [0] aucun
   *[other] { $there }
    }
    .remedy = sur { $node } : qm template { $id } ; ou voyez `images:` dans le fichier du site
template-on-one-node = le modèle { $id } est sur { $node } avec ses disques sur { $storages }, qui n’est pas partagé : on ne peut pas le cloner vers { $others }
    .remedy = mettez ses disques sur un stockage partagé, ou enlevez { $others } de `nodes:`
template-bridge = { $device } du modèle { $id } est sur un pont que le jeton ne peut pas utiliser ({ $right }) : on ne peut pas le cloner
    .remedy = reliez le modèle au pont du site, ou en tant que root : { $command }, avec un rôle qui a SDN.Use
datacenter-firewall-off = les règles et les filtres des machines n’ont aucun effet tant que le pare-feu du centre de données est arrêté
    .remedy = mettez-le en marche à la main, depuis une console qui ne dépend pas du réseau
datacenter-firewall-unknown = on ne peut pas voir si le pare-feu du centre de données est en marche : s’il est arrêté, les règles des machines n’ont aucun effet
    .remedy = donnez Sys.Audit sur / au jeton, ou regardez : pvesh get /cluster/firewall/options
clock = l’horloge de { $node } donne { $there }, celle de cette machine { $here } (UTC)
    .remedy = les comptes et les sauvegardes suivent l’horloge du serveur ; réglez celle qui est fausse (un lab peut volontairement être dans une autre année)

## Place disponible.

ids-used-up = la plage { $first }-{ $last } a { $size } numéros ; { $used } sont ou ont été employés, { $asked ->
    [one] { $asked } nouvelle machine en veut un
   *[other] { $asked } nouvelles machines en veulent chacune un
    }
    .remedy = élargissez network.ids dans le fichier du site, ou supprimez d’anciennes sauvegardes (leurs numéros ne resservent pas)
node-memory = le nœud { $node } a { $has } de mémoire ; les machines que ce plan ne change pas sont réglées pour { $others } ; ce plan demande { $asked } : { $excess } de trop
    .remedy = demandez moins, supprimez ce qui ne sert plus, ou ajoutez de la mémoire ou un nœud
node-cores = le nœud { $node } a { $has } cœurs, qui peuvent être promis { $times } fois : { $most } ; les machines que ce plan ne change pas en ont { $others } ; ce plan en demande { $asked } : { $excess } de trop
    .remedy = demandez-en moins, ou ajoutez un nœud
vm-cores = une VM de { $cores } cœurs ne peut pas démarrer sur le nœud { $node }, qui en a { $has }
    .remedy = demandez-en moins
storage-full = le stockage { $storage } de { $node } a { $free } libres ; ce plan demande { $asked } de plus : { $excess } de trop
    .remedy = demandez moins, ou faites de la place
storage-exhausted = le stockage { $storage } de { $node } a { $free } libres sur { $total } ; { $cloning ->
    [false] ce plan y crée ou agrandit des volumes
   *[other] les clones de ce plan prennent aussitôt { $copied }
    }
    .remedy = faites de la place : supprimez ce qui ne sert plus, ou agrandissez-le
storage-overprovisioned = le stockage { $storage } de { $node } a { $total }, dont { $used } employés ; ses volumes peuvent grandir jusqu’à { $promised } ; ce plan ajoute { $asked } : { $excess } de trop
    .remedy = surveillez-le : une machine dont le stockage est plein perd ce qu’elle écrit
storage-unusable = le stockage { $storage } n’est pas utilisable sur le nœud { $node } : { $why } ; les machines et les disques qui en ont besoin ne sont ni créés ni agrandis
    .remedy = voyez le stockage (pvesm status --storage { $storage }), puis faites un nouveau plan ; tout le reste est fait entre-temps

## Machines.

id-outside-range = le numéro { $id } n’est pas dans la plage du site { $first }-{ $last }
    .remedy = seules les machines de la plage peuvent être reprises
id-twice = le numéro { $id } est donné à { $address } et à { $other }
node-offline = le nœud { $node } est hors ligne : ce qui s’y trouve (machines : { $guests-count ->
    [0] aucune
   *[other] { $guests }
    }) est inconnu, pas absent, et rien n’est créé à sa place
    .remedy = voyez ce nœud, puis faites un nouveau plan ; ce qui est demandé sur les autres nœuds est fait entre-temps
node-silent = le nœud { $node } ne répond pas : ce qui s’y trouve (machines : { $guests-count ->
    [0] aucune
   *[other] { $guests }
    }) est inconnu, pas absent, et rien n’est créé à sa place
    .remedy = voyez ce nœud, puis faites un nouveau plan ; ce qui est demandé sur les autres nœuds est fait entre-temps
guest-moved = { $type ->
    [qemu] la VM { $id } a été déplacée
   *[other] le conteneur { $id } a été déplacé
    } de { $was } à { $now }, et y reste
mark-lost = { $type ->
    [qemu] la VM
   *[other] le conteneur
    } { $id } de { $node } était { $key }, mais sa description ne le dit plus
    .remedy = écrivez-y à nouveau la ligne `eiginfra: { $key }` ; ou, pour en créer une autre : eiginfra forget '{ $address }'
mark-copied = { $copies-and } { $copies-count ->
    [one] porte
   *[other] portent
    } la marque { $mark } de { $original } : { $copies-count ->
    [one] une copie, laissée telle quelle
   *[other] des copies, laissées telles quelles
    }
    .remedy = enlevez la ligne `eiginfra: { $mark }` de sa description
mark-twice = { $guests-and } portent la même marque { $mark }
    .remedy = enlevez la ligne `eiginfra: { $mark }` de la description de celle qui n’est pas la bonne
mark-on-other-type = { $wanted ->
    [qemu] une VM est demandée
   *[other] un conteneur est demandé
    }, mais { $key } est { $type ->
    [qemu] la VM
   *[other] le conteneur
    } { $id } de { $node }
    .remedy = une machine ne peut pas changer de type : donnez à la nouvelle un autre nom, ou supprimez d’abord l’ancienne
cannot-adopt = `id: { $id }` reprend { $type ->
    [qemu] une VM
   *[other] un conteneur
    } qui existe, mais { $problem }
    .remedy = corrigez le numéro, ou enlevez-le, et une nouvelle machine est créée
guest-half-made = { $type ->
    [qemu] la VM { $id } de { $node } est verrouillée
   *[other] le conteneur { $id } de { $node } est verrouillé
    } ({ $lock }) : sa création est en cours, ou s’est interrompue
    .remedy = son numéro compte comme pris ; si plus aucune tâche n’y travaille, supprimez-la à la main
guest-locked = { $type ->
    [qemu] la VM { $id } de { $node } est verrouillée
   *[other] le conteneur { $id } de { $node } est verrouillé
    } ({ $lock }) : les changements doivent attendre
guest-other-devices = { $type ->
    [qemu] la VM
   *[other] le conteneur
    } { $id } a d’autres cartes réseau, qui restent telles quelles : { $devices }
gateway-replaced = la passerelle { $was } { $type ->
    [qemu] de la VM
   *[other] du conteneur
    } { $id } devient { $now } avec l’adresse
template-more-disks = le modèle { $id } a d’autres disques ({ $disks }) : chaque VM qui en est tirée les reçoit, et ils comptent
template-more-devices = le modèle { $id } a d’autres cartes réseau ({ $devices }) : chaque VM qui en est tirée les reçoit, et elles restent telles quelles
    .remedy = retirez-les du modèle, ou faites-en un sans elles pour les équipes
volumes-detached = { $type ->
    [qemu] la VM
   *[other] le conteneur
    } { $id } garde des volumes qui en ont été détachés : { $volumes } ; ils comptent comme disque ({ $size }), ne sont dans aucune sauvegarde, et disparaîtront avec la machine
    .remedy = copiez ce qui sert encore, puis : { $command ->
    [none] redémarrez la machine, ce qui les détache
   *[other] { $command }
    }
volume-kept = le volume { $path } ({ $size }) est détaché du conteneur { $id }, et lui reste, inutilisé : il compte toujours comme disque
    .remedy = supprimez-le à la main quand plus personne n’a besoin de ce qu’il contient
guest-unreadable = { $type ->
    [qemu] la VM
   *[other] le conteneur
    } { $id } du nœud { $node } est illisible : { $why } ; il n’y est pas touché, et rien n’est créé à sa place
    .remedy = voyez sur le serveur ; tout le reste est fait entre-temps
marker-disagrees = { $type ->
    [qemu] la VM
   *[other] le conteneur
    } { $id } du nœud { $node } porte la marque { $mark }, qui ne concorde pas avec { $known ->
    [none] son pool { $pool ->
        [none] (il n’en a pas)
       *[other] ({ $pool })
        }
   *[other] le journal, qui le connaît comme { $known }
    } : la marque n’est pas crue, et la machine reste telle quelle
    .remedy = voyez qui l’a écrite ; si c’est bien cette machine, déplacez-la à la main dans le pool { $wanted } ; sinon, retirez la ligne de sa description
firewall-unreadable = le pare-feu de la machine { $id } est illisible : { $why } ; il reste tel quel
    .remedy = voyez la machine sur le serveur ; tout le reste est fait entre-temps
balloon-fitted = balloon { $template ->
    [true] du modèle
   *[other] de la VM
    } { $id } vaut { $now }, plus que ne permet une mémoire de { $memory } ; il passe à { $value } avec elle
vcpus-fitted = vcpus { $template ->
    [true] du modèle
   *[other] de la VM
    } { $id } vaut { $now }, plus que ne permettent { $cores } cœurs ; l’option disparaît avec le changement
container-without-cores = le conteneur { $id } n’a pas de limite de cœurs : il peut prendre tout son nœud, et compte pour zéro
    .remedy = fixez ses cœurs sur le serveur, ou reprenez-le avec `id:`
feature-for-root = il manque au conteneur { $id } { $features }, que Proxmox ne laisse activer qu’à root
    .remedy = en tant que root sur { $node } : { $command } ; puis redémarrez-le
size-not-whole = { $size } n’est pas un nombre entier de { $unit }, { $least } ou plus
balloon-larger = balloon est { $balloon }, plus que toute la mémoire, { $memory }

## Modèles de machines.

container-template-missing = il n’y a pas de modèle de conteneur { $image } sur le nœud { $node }
    .remedy = il y a { $templates } : voyez `images` dans le fichier du site, ou téléchargez-le sur le nœud : pveam download
vm-template-missing = il n’y a pas de modèle de VM { $id } que le jeton voie
    .remedy = voyez `images` dans le fichier du site, ou donnez VM.Audit et VM.Clone sur le modèle
template-disk-larger = le disque du modèle { $id } fait { $disk }, il en est demandé { $wanted }
    .remedy = un disque ne diminue jamais : demandez-en un plus grand, ou employez un modèle plus petit
template-without-cloud-init = le modèle { $id } n’a pas de lecteur cloud-init : ses clones ne reçoivent ni adresse ni clés
    .remedy = sur le nœud { $node } : qm set { $id } --ide2 { $storage }:cloudinit
linked-clone-elsewhere = un clone lié reste où le modèle { $id } a son disque, sur le stockage { $storages }, pas sur { $storage }
    .remedy = écrivez `clone: full`, ou créez le modèle sur { $storage }
linked-clone-impossible = le stockage du modèle { $id } ne permet pas de clones liés
    .remedy = écrivez `clone: full`, ou créez le modèle sur un stockage qui le permet : LVM-thin, ZFS, Ceph, btrfs, ou fichiers qcow2

## Comptes, rôles et droits.

account-not-confirmed = il y a un compte { $user } sur Proxmox VE, et rien ne prouve que c’est celui de la personne
    .remedy = demandez-le-lui, puis : eiginfra confirm
account-privileged = le compte { $user } de Proxmox VE a des droits sur { $paths }, plus qu’une équipe : il n’y est pas touché
    .remedy = donnez un autre compte à la personne ; ou si c’est le sien, et doit servir aussi dans l’équipe : eiginfra confirm
account-reserved = eiginfra ne touche jamais à { $user }
    .remedy = donnez à la personne un autre compte
member-reserved = eiginfra ne touche jamais à { $user }
    .remedy = enlevez-le de la liste
right-of-reserved-account = eiginfra ne touche jamais à { $user }
    .remedy = donnez le droit à un groupe
account-without-password = { $names-and } : sans mot de passe à la création, car un jeton ne peut pas en donner
    .remedy = un administrateur le fait, pour chacun : pveum passwd { $first }
realm-missing = Proxmox n’a pas de domaine { $realm }, où { $names-and } { $count ->
    [one] doit être créé
   *[other] doivent être créés
    }
    .remedy = ses domaines sont { $realms } : voyez `realm:` sous `proxmox:`, ou demandez à un administrateur de l’ajouter
group-or-user = nommez soit un groupe, soit un utilisateur
acl-unbinding = { $roles } sur { $path } : eiginfra ne peut pas dire si un quota limiterait encore { $who }
    .remedy = donnez un rôle que le playbook crée (proxmox.role), ou écrivez `binding: false`
acl-hidden = { $hidden } sur { $above } n’atteint pas { $path }, où { $who } a { $roles }
    .remedy = une règle sur un chemin plus profond remplace ce qui vient du dessus : écrivez tous les rôles sur { $path }
acl-elsewhere = le groupe { $group } a aussi { $roles } sur { $path }, que le playbook ne donne pas
    .remedy = s’il ne le doit pas : pveum acl delete { $path } --groups { $group } --roles { $roles }
acl-by-hand = { $sort ->
    [group] le groupe
    [token] le jeton
   *[other] le compte
    } { $holder } a { $roles } sur { $path }, que le playbook ne donne pas : un quota peut ne pas le limiter
    .remedy = s’il ne le doit pas : pveum acl delete { $path } --{ $sort ->
    [group] groups
    [token] tokens
   *[other] users
    } '{ $holder }' --roles { $roles }
role-built-in = { $id } est un rôle de Proxmox lui-même
    .remedy = donnez au vôtre un autre nom, par exemple EigTeam
role-unbinding = le rôle { $id } donne { $privileges } : ceux qui l’ont pourraient dépasser leur quota, ou défaire ce qu’eiginfra a fait
    .remedy = enlevez-le, ou écrivez `binding: false` si aucun quota ne doit limiter ceux qui ont ce rôle
privilege-unknown = ce Proxmox VE n’a pas de privilège { $name }

left-to-administrator = { $address } est laissé à un administrateur : il manque au jeton { $rights }
token-may-not = il manque au jeton { $right } : ce qui en a besoin n’est pas fait
    .remedy = en tant que root : { $command }, avec un rôle qui a { $needed } ; docs/prepare-proxmox.md donne toutes les commandes

## Sauvegardes et pare-feu.

backup-covers = une tâche couvre soit `guests` (au moins une), soit un `pool`, soit `all` ; ici c’est { $chosen-count ->
    [0] aucun
   *[other] { $chosen-and }
    }
backup-job-left = la tâche de sauvegarde { $name } n’est plus dans l’inventaire, et le jeton ne peut pas la supprimer ({ $rights })
    .remedy = un administrateur doit la supprimer : pvesh delete /cluster/backup/{ $name }
backup-jobs-unseen = les tâches de sauvegarde ne peuvent pas être vues (Sys.Audit sur /) : on ne sait pas si { $name } existe
backup-job-missing = la tâche de sauvegarde { $name } manque, et le jeton ne peut pas la créer ({ $rights })
backup-job-differs = la tâche de sauvegarde { $name } n’est pas comme demandé ({ $fields }), et le jeton ne peut pas la modifier ({ $rights })
machines-without-backup = aucune tâche de sauvegarde ne couvre { $marks }
guest-without-backup = la machine { $id } ({ $name }) du pool { $pool } a été créée à la main, et aucune tâche de sauvegarde ne la couvre
    .remedy = reprenez-la avec `id:`, ou dites à son équipe qu’elle n’est pas sauvegardée
firewall-without-guest = aucun conteneur ni VM de marque { $mark } n’est demandé
    .remedy = enlevez-le avec la machine, ou corrigez `mark`
firewall-not-on-device = { $device } de la machine { $id } n’a pas firewall=1 : ses règles et son filtre n’ont aucun effet
    .remedy = activez le pare-feu de l’interface sur le serveur, en gardant l’adresse MAC
firewall-rules-by-hand = la machine { $id } a { $rules-count ->
    [one] une règle écrite
   *[other] { $rules-count } règles écrites
    } à la main, et le playbook n’écrit pas de `rules` : { $rules }
    .remedy = écrivez les règles voulues dans le playbook : les autres sont alors enlevées
firewall-action = action: « { $action } » n’est pas parmi { $actions }
    .remedy = pour appliquer un groupe de sécurité, écrivez `type: group`
port-without-protocol = un port a besoin d’un `proto`, comme tcp
