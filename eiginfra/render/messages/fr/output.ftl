## Ce qu’un plan enlève, et à qui.

harm-access-lost = { $count ->
    [one] { $count } personne perd son accès
   *[other] { $count } personnes perdent leur accès
    }
harm-account-blocked = { $count ->
    [one] { $count } compte est bloqué
   *[other] { $count } comptes sont bloqués
    }
harm-machine-stopped = { $count ->
    [one] { $count } machine est arrêtée
   *[other] { $count } machines sont arrêtées
    }
harm-restarted = { $count ->
    [one] { $count } machine est redémarrée
   *[other] { $count } machines sont redémarrées
    }
harm-port-closed = { $count ->
    [one] { $count } port public est fermé
   *[other] { $count } ports publics sont fermés
    }
harm-archived = { $count ->
    [one] { $count } projet est archivé
   *[other] { $count } projets sont archivés
    }
harm-deleted = { $count ->
    [one] { $count } ressource est supprimée
   *[other] { $count } ressources sont supprimées
    }

## Les constats dans les comptes rendus.

severity-error = erreur
severity-warning = avertissement
severity-notice = information
errors = { $count ->
    [one] { $count } erreur
   *[other] { $count } erreurs
    }
warnings = { $count ->
    [one] { $count } avertissement
   *[other] { $count } avertissements
    }
notices = { $count ->
    [one] { $count } information
   *[other] { $count } informations
    }
no-findings = rien à signaler
times = { $count } fois
times-of = { $count } fois : { $names }{ $more ->
    [0] {""}
   *[other] {" "}et { $more } de plus
    }
acknowledged = { $count ->
    [one] { $count } constat déjà connu
   *[other] { $count } constats déjà connus
    }
first-at = d’abord à
also-at = aussi à
also = aussi

## Depuis quand une chose diffère.

trace-run = exécution { $number }
trace-round = tour { $number }
trace-seen = { $who } ({ $at } UTC, vu pour la première fois)
trace-in-order = { $who } ({ $at } UTC, en ordre)
trace-now = maintenant
trace-between = apparu entre { $before } et { $after }
trace-before = apparu avant { $after }
trace-activity = { $what } par { $by } ({ $at } UTC)

## Totaux d’un plan.

plan-totals = Plan : { $actions }.
plan-nothing = Rien à faire : ce qui existe est ce que l’inventaire demande.
plan-nothing-but = Rien à faire ; { $rest }.
plan-waiting = { $count } en attente
plan-blocked = { $count } sans suite possible
plan-orphans = { $count } hors de l’inventaire
still-access = { $people-count ->
    [one] 1 personne a encore accès
   *[other] { $people-count } personnes ont encore accès
    } là où personne ne peut être retiré maintenant : { $people }.
still-access-to = { $person } à { $machines-and }
plan-left = { $count } sans changement
to-create = { $count } à ajouter
to-update = { $count } à changer
to-adopt = { $count } à reprendre
to-replace = { $count } à remplacer
to-delete = { $count } à retirer
as-of-today = au { $day }
as-of = au { $day } (ce n’est pas aujourd’hui)

## Un plan en Markdown.

markdown-title = eiginfra : plan de { $cohort } sur { $site }, { $day }
markdown-finding = Constat
markdown-remedy = Que faire
markdown-cohort = commun à la promotion
markdown-add = ajouter { $label } { $value }
markdown-remove = retirer { $label } { $value }
cause-new = nouveau
cause-pending = pas encore appliqué
cause-drift = changé à la main
cause-conflict = changé des deux côtés
cause-orphan = hors de l’inventaire
cause-unknown = cause inconnue
