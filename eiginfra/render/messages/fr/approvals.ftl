## Approbations : ce qui ne va pas dans les règles de cohort.yml, et pourquoi une modification demande une approbation.

approval-key = { $key } n’est pas une clé d’un fichier d’équipe
    .remedy = écrivez une clé comme mentors, members[].until ou machines[].forward
approval-form = une règle pour { $key } est libre, ou bien indique qui doit approuver
    .remedy = écrivez free: true avec authors, ou by avec des noms d’utilisateur
approval-authors = une règle qui rend { $key } libre indique pour qui
    .remedy = ajoutez authors : members, mentors, ou des noms d’utilisateur

reason-edit-of-file = ce fichier n’est celui d’aucune équipe
reason-edit-of-cohort-file = cohort.yml relève d’EIG Link
reason-edit-of-text = les textes des fiches relèvent d’EIG Link
reason-edit-of-new-cohort = la promotion { $cohort } est nouvelle
reason-edit-of-new-team = l’équipe { $team } est nouvelle
reason-edit-removes-team = le fichier de l’équipe { $team } est supprimé
reason-edit-of-mode = ce n’est pas, ou ce n’était pas, un simple fichier : un programme, un lien, un dossier d’un autre dépôt
reason-edit-unreadable = avant ou après, le fichier ne peut pas être comparé
reason-edit-by-outsider = { $person } n’est pas membre de { $team }
reason-edit-by-other-account = { $person } n’est pas le compte que cohort.yml confirme pour ce nom
reason-edit-unless-members = nécessaire seulement si quelqu’un qui n’est pas membre de { $team } l’a écrite
reason-edit-unless-authors = nécessaire seulement si quelqu’un que cohort.yml n’indique pas l’a écrite ({ $authors } ; équipe { $team })
reason-edit-of-rule = cohort.yml demande une approbation pour { $key }
reason-edit-of-field = { $field } ne relève pas de l’équipe
reason-edit-removes-data = des données partent avec
reason-edit-unprotects = ce n’est plus protégé
reason-edit-ends-backup = ce n’est pas sauvegardé
reason-edit-replaces = un autre type est une autre machine : les données de celle-ci partent
reason-edit-raises-role = le rôle { $role } est plus que celui de la personne qui le donne
reason-edit-date = c’est une date
reason-edit-publishes = davantage de personnes peuvent le voir
reason-edit-opens = davantage de réseaux y ont accès
reason-edit-opens-port = un port public est ouvert
reason-edit-subdomain-of-team = ce nom est celui de l’équipe { $team }
reason-edit-key-elsewhere = { $person } est aussi dans une autre équipe, et cette clé ouvre son compte partout
reason-edit-names-person = seule la personne concernée ({ $person }) décide si et comment elle est nommée en public
