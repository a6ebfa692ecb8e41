## Ce que veut dire le fichier d’une équipe.

explain-title = { $title } ({ $team }), { $cohort }
explain-file = { $file }{ $day ->
    [none] {""}
   *[other] , { $day }
    }
explain-gives = Ce que ce fichier donne
explain-person = { $username }{ $name ->
    [none] {""}
   *[other] {" "}({ $name })
    } : { $role } jusqu’au { $until }, { $keys ->
    [0] sans clé SSH, donc sans accès aux machines
    [one] { $keys } clé SSH
   *[other] { $keys } clés SSH
    }
explain-project = projet { $name }{ $title ->
    [none] {""}
   *[other] {" "}({ $title })
    } : { $visibility ->
    [public] visible de tous
    [internal] visible des personnes connectées
   *[private] visible de l’équipe seule
    }{ $license ->
    [none] , sans licence
   *[other] , licence { $license }
    }
explain-machine = { $type ->
    [vm] machine virtuelle
   *[container] conteneur
    } { $host } : { $image }{ $size ->
    [none] {""}
   *[other] , taille { $size }
    }{ $amounts ->
    [none] {""}
   *[other] {" "}({ $amounts })
    }
explain-published = { $name } mène à son port { $port }{ $everybody ->
    [true] {""}
   *[false] , pour certains réseaux seulement
    }
explain-forwarded = le port { $public } de la passerelle mène à son port { $port }
explain-kind = { $count } { $kind }
explain-resources = { $count ->
    [one] En tout, eiginfra en fait { $count } ressource
   *[other] En tout, eiginfra en fait { $count } ressources
    } : { $kinds }
explain-quota = Ce que vous utilisez de votre quota
explain-used = { $measure } : { $used } sur { $most }
explain-left = { $none ->
    [true] il ne reste rien
   *[false] reste { $amount }
    }
explain-over = { $amount } de trop
explain-unlimited = { $amount }, sans limite
explain-allowed = Qui doit approuver un changement
explain-yourselves = Vous-mêmes, dans ce fichier : membres, clés, projets, machines dans la limite du quota.
explain-others = Tout le reste demande l’accord de ceux qui s’occupent de la promotion : quota, dates, ports publics, rendre public ce qui était privé, supprimer des données, les autres fichiers.
explain-grant = Accordé à votre équipe jusqu’au { $until } : { $key } { $value } ({ $reason })
explain-sound = Rien à signaler dans ce fichier.
explain-wrong = Ce qui a été trouvé dans ce fichier
explain-more = Pour en savoir plus : eiginfra explain CODE, pour { $codes }.
explain-unreadable = Ce fichier ne peut pas être lu tant que ceci n’est pas corrigé :

## La page d’un code.

code-language = En français
code-means = Ce que cela veut dire :
code-remedy = Que faire :
code-advice = le constat le dit, selon ce qui est écrit à sa ligne.
code-wrong = Par exemple, ceci est refusé :
code-right = Ceci est juste :
