## Ce que cohort.yml permet à une seule équipe.

grant-missing = { $key } : { $value } demande l’accord d’EIG Link, et rien ne l’accorde
    .remedy = supprimez-le, ou demandez à EIG Link cette entrée de grants dans cohort.yml : { $write }
grant-over = { $key } : { $value } était permis jusqu’au { $until }
    .remedy = supprimez-le, ou demandez à EIG Link un jour plus tardif dans cohort.yml
grant-unused = rien dans le fichier de { $name } n’a besoin de cet accord ({ $key })
    .remedy = supprimez-le, ou corrigez sa valeur
grant-of-no-team = cet accord est pour l’équipe « { $name } », qui n’existe pas
    .remedy = supprimez-le, ou corrigez l’équipe
grant-form = un accord sur { $key } indique { $wanted ->
    [max] le maximum permis
   *[value] la valeur permise
    }
    .remedy = écrivez { $wanted ->
    [max] max, sans value
   *[value] value, sans max
    }
grant-max = max : { $value } n’est pas une quantité de { $key }
    .remedy = écrivez un nombre entier de cœurs, ou une taille comme 4GiB
protect-taken-off = { $address } était protégé, et le fichier de l’équipe ne le protège plus
    .remedy = écrivez à nouveau protect: true, ou demandez à EIG Link l’accord machines[].protect dans cohort.yml : rien n’y est changé jusque-là
