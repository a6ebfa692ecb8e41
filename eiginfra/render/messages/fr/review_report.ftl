## Ce que dit une revue : de la demande entière, par équipe, des quotas, des accès et des accords.

review-title = Revue de { $head } par rapport à { $base } : ce que la demande changerait
review-asked = { $count ->
    [one] { $count } élément en plus
   *[other] { $count } éléments en plus
    }
review-changed = { $count ->
    [one] { $count } modifié
   *[other] { $count } modifiés
    }
review-renamed = { $count ->
    [one] { $count } renommé
   *[other] { $count } renommés
    }
review-given-up = { $count ->
    [one] { $count } abandonné
   *[other] { $count } abandonnés
    }
review-gains = { $people-and } { $people-count ->
    [one] obtient
   *[other] obtiennent
    } un accès
review-loses = { $people-and } { $people-count ->
    [one] perd
   *[other] perdent
    } un accès
review-measure = { $measure } { $amounts }
review-of-limit = { $amounts } sur { $limit }
measure-machines = machines
measure-cores = cœurs
measure-memory = mémoire
measure-disk = disque
measure-projects = projets
review-cohorts-own = la promotion elle-même
review-capacity = toute la promotion
review-nothing = rien de ce que l’inventaire demande
review-incomplete = { $teams-count ->
    [one] { $teams-and } ne peut être comparée avant la correction de son fichier
   *[other] { $teams-and } ne peuvent être comparées avant la correction de leurs fichiers
    }
review-quota = Quota
review-approval = Accords
review-findings = Constats
review-allowances = Ce qu’EIG Link devrait écrire dans cohort.yml pour le permettre
review-known = Déjà constaté dans la branche de base
review-live = Sur les serveurs
review-missing = l’élément manque
review-difference = La différence
review-with = Pas avec !{ $number }
review-needs-by = l’accord de { $by } est nécessaire
review-needs-anyone = l’accord d’EIG Link est nécessaire
review-given = accord donné par { $by }
review-no-needs = Aucun accord n’est nécessaire.
review-unknown-author = L’auteur ou l’autrice n’est pas connue ici : le verdict le plus strict est affiché.
review-totals = Revue : { $what } ; { $approvals ->
    [0] aucun accord nécessaire
    [one] { $approvals } accord nécessaire
   *[other] { $approvals } accords nécessaires
    } ; { $findings }.
review-no-findings = aucun nouveau constat
review-cut = La suite est coupée ; voir le journal du job.
