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
label = { $label } :
and-then = { $before } ; { $after }
conclusion = { $told }.
resources = { $count ->
    [one] { $count } ressource
   *[other] { $count } ressources
    }
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
plan-of = { $what } : { $actions ->
    [none] rien à faire
   *[other] { $actions }
    }
plan-known = { $count ->
    [one] { $count } ressource est déjà comme demandé ; le journal en prendra note.
   *[other] { $count } ressources sont déjà comme demandé ; le journal en prendra note.
    }
plan-day = { $day } :
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
of-the-cohort = commun à la promotion
as-of-today = au { $day }
as-of = au { $day } (ce n’est pas aujourd’hui)

## Un plan en Markdown.

markdown-title = eiginfra : plan de { $cohort } sur { $site }, { $day }
markdown-check = eiginfra : vérification de { $cohort }
markdown-refused = eiginfra : pas de plan de { $cohort }
markdown-finding = Constat
markdown-remedy = Que faire
markdown-add = ajouter { $label } { $value }
markdown-remove = retirer { $label } { $value }
cause-new = nouveau
cause-pending = pas encore appliqué
cause-drift = changé à la main
cause-conflict = changé des deux côtés
cause-orphan = hors de l’inventaire
cause-unknown = cause inconnue

## Les valeurs.

yes = oui
no = non
long-text = { $begun }… ({ $lines } lignes)
added = ajouté : { $values }
removed = retiré : { $values }

## Ce qu’une application a fait.

applying = application en cours
outcome-done = fait
outcome-waiting = en attente
outcome-failed = échec
outcome-refused = refusé
outcome-skipped = laissé de côté
outcome-count = { $count } { $outcome ->
    [waiting] en attente
    [failed] { $count ->
        [one] échec
       *[other] échecs
        }
    [refused] { $count ->
        [one] refusé
       *[other] refusés
        }
    [skipped] { $count ->
        [one] laissé de côté
       *[other] laissés de côté
        }
   *[other] { $count ->
        [one] fait
       *[other] faits
        }
    }
applied = Appliqué : { $counts }.
applied-nothing = Appliqué : rien à faire.
interrupted = Interrompu ;
that-was = C’était { $day }.
apply-again = Relancez eiginfra apply une fois la cause corrigée : ce qui est fait reste fait, le reste est repris.

## Un plan enregistré, la dérive, les fiches.

stale = périmé : { $address } : { $reason }
carried-out = Ce plan a déjà été appliqué, par l’exécution { $run }.
nothing-left-of = { $count ->
    [one] Pour { $count } action, il ne reste rien à faire.
   *[other] Pour { $count } actions, il ne reste rien à faire.
    }
still-hold = { $count ->
    [one] { $count } action sur { $all } est encore valable.
   *[other] { $count } actions sur { $all } sont encore valables.
    }
would-refuse = Une application refuserait les autres.
drifted = { $count ->
    [one] Dérive : { $count } ressource
   *[other] Dérive : { $count } ressources
    }
no-drift = Aucune dérive
merged-not-applied = { $count ->
    [one] { $count } changement fusionné et pas encore appliqué (eiginfra plan)
   *[other] { $count } changements fusionnés et pas encore appliqués (eiginfra plan)
    }
last-applied = Dernière application le { $at } UTC par { $by }{ $commit ->
    [none] {""}
   *[other] {" "}depuis le commit { $commit }
    }.
never-applied = Rien n’a encore été appliqué, d’après le journal.
applied-in-run = appliqué pour la dernière fois le { $at } UTC par { $by } (exécution { $run }{ $commit ->
    [none] {""}
   *[other] , commit { $commit }
    })
bulletin-written = Bulletin écrit dans { $file } ; à compléter avant publication
handouts-written = { $count ->
    [0] Rien à écrire dans { $folder }
    [one] { $count } fichier écrit dans { $folder }
   *[other] { $count } fichiers écrits dans { $folder }
    }{ $current ->
    [0] {""}
    [one] , { $current } inchangé
   *[other] , { $current } inchangés
    }
handouts-sound = { $count ->
    [one] { $count } fichier de { $folder } est à jour
   *[other] Les { $count } fichiers de { $folder } sont à jour
    }
handouts-wrong = { $count ->
    [one] { $count } fichier de { $folder } n’est pas à jour
   *[other] { $count } fichiers de { $folder } ne sont pas à jour
    }
handout-missing = manque : { $path }
handout-stale = périmé : { $path }
handout-left-over = de trop : { $path }
handout-left-over-changed = de trop, et modifié à la main : { $path }
handout-removed = supprimé : { $path }
handouts-without-font = Aucune police de cet ordinateur n’a { $characters } : les PDF montrent des numéros à la place ; installez une police qui les a (docs/handouts.md)
pages-removed = { $count ->
    [one] { $count } supprimé
   *[other] { $count } supprimés
    }
files-written = { $count ->
    [one] { $count } fichier dans { $folder }
   *[other] { $count } fichiers dans { $folder }
    }
plan-adopts = un plan en reprend { $count }

## Le ticket qui signale que les serveurs s’écartent.

drift-issue-title = { $cohort } : les serveurs s’écartent de l’inventaire
drift-issue = Quelqu’un a changé ceci sur les serveurs, et non dans l’inventaire. Le prochain `eiginfra apply` le rétablit ; ce qui doit rester s’écrit dans l’inventaire. eiginfra tient ce ticket à jour, et le ferme quand plus rien ne diffère.
issue-opened = Ticket ouvert : { $url }
issue-edited = Ticket modifié : { $url }
issue-unchanged = Le ticket le dit déjà : { $url }
issue-closed = Ticket fermé : { $url }

## Ce qui a été fait pour une équipe ou une ressource.

outcome-unfinished = inachevé
history-run = { $at } UTC, exécution { $run } ({ $command }) par { $by }{ $commit ->
    [none] {""}
   *[other] , commit { $commit }
    }
history-of = { $count ->
    [one] { $what } : { $count } exécution.
   *[other] { $what } : { $count } exécutions, de la plus récente à la plus ancienne.
    }
history-none = Rien n’a encore été fait pour { $what }.
