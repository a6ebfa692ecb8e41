## Ce qu’une chose attend.

waits-for = { $label ->
    [none] en attente
   *[other] { $label } en attente
    } : { $reason }
was-called = s’appelait { $name }
reason-restart = un redémarrage
reason-next-start = son prochain démarrage
reason-invitation = { $who } doit accepter l’invitation
reason-realm-missing = le domaine { $realm } doit être ajouté à Proxmox
reason-own-invitation = la personne doit accepter l’invitation
reason-approval = un administrateur de GitLab doit approuver { $who }{ $since ->
    [none] {""}
   *[other] {" "}(demandé le { $since })
    }
reason-account-approval = l’accord d’un administrateur de GitLab
reason-administrator = un administrateur doit agir
reason-right-missing = un administrateur doit agir : il manque au jeton { $rights }
reason-account-missing = la personne doit se connecter une première fois
reason-account-unconfirmed = EIG Link doit confirmer à qui est ce compte : eiginfra confirm
reason-account-id-missing = le compte d’ID { $id }, que nomme cohort.yml
reason-account-of-another = EIG Link doit dire laquelle de deux personnes a ce compte
reason-account-not-confirmed = EIG Link doit confirmer à qui est ce compte : eiginfra confirm
reason-account-privileged = EIG Link doit confirmer à qui est ce compte : il a plus de droits qu’une équipe
reason-account-not-created = eiginfra n’a pas créé ce compte
reason-account-hidden = un administrateur doit agir : le compte est bloqué ou supprimé, et ce jeton ne le voit pas
reason-email-missing = une adresse électronique dans l’inventaire
reason-account-replaced = EIG Link doit dire à qui est ce compte : un autre a pris ce nom
reason-account-email-taken = l’adresse, qui appartient au compte { $account }
reason-dependency-absent = { $address } n’existe pas
reason-to-be-made = { $what } : à créer
reason-grace = la fin de son délai de grâce : arrêtée et sauvegardée ; --prune la supprime après le { $until }

## Pourquoi une différence reste.

reason-value-long = elle dépasse { $most } caractères
reason-mask-short = ce qui est masqué a au moins { $least } caractères
reason-mask-lines = ce qui est masqué tient sur une ligne
reason-mask-blanks = ce qui est masqué n’a pas d’espace
reason-mask-signs = ce qui est masqué et développé n’a que des lettres sans accent, des chiffres et _ + = / @ : . ~ -
reason-variable-hidden = une variable cachée reste masquée
reason-archived = { $noun ->
    [group] le groupe
   *[other] le projet
    } { $path } est archivé
reason-immutable = ne peut pas être changé
reason-cannot-shrink = ne peut pas diminuer
reason-inherited = hérité de { $group }
reason-last-owner = il n’y a pas d’autre propriétaire
reason-no-account = ce compte n’existe pas
reason-token-account = c’est le compte du jeton d’eiginfra
reason-invitation-taken = l’invitation de { $who } semble avoir été acceptée sous un autre nom
reason-node-offline = le nœud de { $guests } est hors ligne
reason-marker-removed = la marque de { $guests } a été retirée

## Pourquoi une chose est ainsi, ou est retenue.

reason-gone = cela avait été créé, et n’existe plus
reason-cohort-closed = pas créé : la promotion n’a pas commencé ou est terminée
reason-restarted = sera redémarrée{ $window ->
    [none] {""}
   *[other] {" "}dans la plage { $window }
    }, pour { $fields }
reason-in-force-after-restart = en vigueur après un redémarrage{ $window ->
    [none] {""}
   *[other] {" "}dans la plage { $window }
    } : { $fields }
reason-by-way-of = en passant par le nom « { $name } » : qui porte le nom voulu le cède dans ce même plan
reason-other-part = une autre partie du changement y mène
reason-objected = retenu : voyez le constat { $finding }
reason-beyond-capacity = retenu : plus de { $measures } que ce qui reste de la capacité de la promotion
reason-beyond-quota = retenu : plus de { $measures } que ce qui reste du quota de l’équipe
reason-storage-down = le stockage { $storage } n’est pas utilisable sur le nœud { $node }
reason-no-device-on-bridge = laissé tel quel : aucune de ses cartes réseau ({ $devices }) n’est sur le pont { $bridge }
reason-address-on-other-device = laissé tel quel : sa carte { $device } a déjà l’adresse { $address }
reason-guest-locked = cela attend : la machine est verrouillée ({ $lock })
reason-guests-unreadable = ce qu’est { $guests } est illisible
reason-guest-unreadable = état inconnu : { $certain ->
    [true] c’est
   *[other] c’est peut-être
    } { $type ->
    [qemu] la VM
   *[other] le conteneur
    } { $id } du nœud { $node }, dont la configuration est illisible
reason-marker-disagrees = pas créé : { $type ->
    [qemu] la VM
   *[other] le conteneur
    } { $id } du nœud { $node } porte sa marque, et est dans un autre pool
reason-day-not-on-record = la ligne `eiginfra-remove-after: { $day }` de sa description n’a pas été écrite par eiginfra ; retirez-la
reason-not-on-record = le journal ne la connaît pas, et une marque seule ne prouve rien
reason-firewall-unreadable = état inconnu : c’est illisible
reason-dependency-unknown = état inconnu, comme { $address }
reason-scheduled-for-deletion = cela a été supprimé, et peut encore être restauré
reason-moved-by-hand = cela a été déplacé à la main
reason-guest-offline = état inconnu : { $certain ->
    [true] c’est
   *[other] c’est peut-être
    } { $type ->
    [qemu] la VM
   *[other] le conteneur
    } { $id } du nœud { $node }, qui est hors ligne
reason-storage-unusable = pas créé : le stockage { $storage } n’est pas utilisable sur le nœud { $node }
reason-template-offline = pas créé : son modèle { $id } est sur le nœud { $node }, qui est hors ligne
reason-template-unreadable = pas créé : son modèle { $id } du nœud { $node } est illisible
reason-guest-unmarked = pas créé : { $type ->
    [qemu] la VM
   *[other] le conteneur
    } { $id } du nœud { $node } semble être celui qui est demandé, sans sa marque

## Retrait.

reason-left-inventory = { $over ->
    [true] le dernier jour est passé
   *[other] n’est plus dans l’inventaire
    } : { $step ->
    [archive] sera archivé
    [empty] sera vidé
    [block] sera bloqué
    [disable] sera désactivé
    [take-away] sera retiré
    [stop-and-back-up] sera arrêté et sauvegardé
    [delete-with-disks] sera supprimé avec ses disques ; sa dernière sauvegarde reste
    [delete-job] sera supprimé ; les sauvegardes faites restent
   *[delete] sera supprimé
    }{ $until ->
    [none] {""}
   *[other] {" "}: son délai de grâce a pris fin le { $until }
    }{ $removed_after ->
    [none] {""}
   *[other] {" "}; supprimé après le { $removed_after }
    }
reason-left-inventory-prune = n’est plus dans l’inventaire : avec --prune, { $step ->
    [archive] est archivé
    [empty] est vidé
    [block] est bloqué
    [disable] est désactivé
    [take-away] est retiré
    [stop-and-back-up] est arrêté et sauvegardé, puis supprimé { $days } jours plus tard
    [delete-with-disks] est supprimé avec ses disques
    [delete-job] est supprimé ; les sauvegardes faites restent
   *[delete] est supprimé
    }{ $until ->
    [none] {""}
   *[other] {" "}: son délai de grâce a pris fin le { $until }
    }
reason-left-inventory-stays = n’est plus dans l’inventaire : eiginfra ne supprime pas de { $kind } ; à supprimer à la main si nécessaire
reason-left-inventory-protected = n’est plus dans l’inventaire : protégé ; pour le laisser partir, remettez-le avec protect: false et appliquez
reason-left-inventory-needed = n’est plus dans l’inventaire : reste, car { $by } en dépend
reason-left-inventory-kept = n’est plus dans l’inventaire : { $why } ; à supprimer à la main si nécessaire
reason-left-inventory-not-created = n’est plus dans l’inventaire : eiginfra ne l’a pas créé, donc { $step ->
    [archive] ne l’archive pas
    [empty] ne le vide pas
    [block] ne le bloque pas
    [disable] ne le désactive pas
    [take-away] ne le retire pas
    [stop-and-back-up] ne l’arrête pas
   *[delete] ne le supprime pas
    } ; à supprimer à la main si nécessaire
reason-left-to-others = n’est plus dans cet inventaire ; reste pour { $cohorts }
reason-not-empty = il n’est pas vide
reason-not-created-by-us = eiginfra ne l’a pas créé
reason-protected-on-server = il est protégé

## Comment un changement s’est terminé.

reason-error = { $text }
reason-unexpected = { $type } à { $place }, une erreur dans eiginfra
reason-dependency-failed = { $address } n’a pas été fait
reason-service-unreachable = { $service } n’a pas pu être joint
reason-not-verified = fait, mais cela n’a pas pu être vérifié : { $why }
reason-still-there = le serveur a accepté, et cela existe encore
reason-not-there = le serveur a accepté, et cela n’existe pas
reason-still-waits = redémarré, et { $fields } attend encore
reason-still-differs = le serveur a accepté, et montre toujours { $fields }
reason-waits = { $fields }
reason-unfinished = inachevé : l’exécution a été interrompue ici, ou continue

## Pourquoi un plan enregistré ne vaut plus.

reason-not-asked-for = cela ne serait plus fait maintenant
reason-planned-otherwise = un plan ferait autre chose maintenant
reason-appeared = cela existe déjà
reason-disappeared = cela n’existe plus
reason-changed-since = cela a changé : { $fields }

## Pourquoi la boucle laisse un écart.

reason-only-watched = seulement observé : --mode detect
reason-left-to-people = laissé aux personnes : la règle du site pour { $kind } est alert
reason-not-removed-by-loop = n’est plus dans l’inventaire ; cette boucle n’enlève rien de ce qui en sort
reason-not-healable = eiginfra ne l’a pas créé, ou cela ne peut pas être changé ; voir eiginfra plan
reason-history-unknown = le journal ne sait pas ce qui a été appliqué en dernier ; eiginfra apply le règle
reason-inventory-changed-too = l’inventaire a changé aussi ; eiginfra apply règle les deux
reason-guard = { $why }
reason-resting = { $times ->
    [one] un échec
   *[other] { $times } échecs de suite
    } ; nouvel essai après { $until }
reason-dependency-missing = { $address } n’existe pas
reason-heals-used-up = les { $limit } corrections permises par heure sont épuisées
reason-odd-answer = état inconnu : quelque chose y a une forme inconnue, et c’est peut-être ceci
reason-not-made = sa création
