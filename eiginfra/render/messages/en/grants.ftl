## What cohort.yml allows single teams.

grant-missing = { $key }: { $value } is for EIG Link to allow, and no grant allows it
    .remedy = delete it, or ask EIG Link for this entry of grants in cohort.yml: { $write }
grant-over = { $key }: { $value } was allowed until { $until }
    .remedy = delete it, or ask EIG Link for a later day in cohort.yml
grant-unused = nothing in { $name }'s file needs this grant ({ $key })
    .remedy = delete it, or correct the value
grant-of-no-team = this grant is for the team '{ $name }', which does not exist
    .remedy = delete it, or correct the team
grant-form = a grant of { $key } names { $wanted ->
    [max] the most that is allowed
   *[value] the value that is allowed
    }
    .remedy = write { $wanted ->
    [max] max, and no value
   *[value] value, and no max
    }
grant-max = max: { $value } is no amount of { $key }
    .remedy = write a whole number of cores, or a size such as 4GiB
protect-taken-off = { $address } was protected, and the team's file protects it no more
    .remedy = write protect: true again, or ask EIG Link to grant machines[].protect in cohort.yml: until then nothing of it is changed
