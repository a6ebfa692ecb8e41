## SSH: host keys, and whether the gateway can be entered.

known-hosts-unreadable = { $file }: { $reason }
    .remedy = write a known_hosts file under gateway.host_key in the site file, or the fingerprint of the gateway's host key
known-hosts-line = { $file }:{ $line }: this line is about the server, and no host key can be read in it
    .remedy = write it as ssh-keyscan prints it: host, type of the key, Base64
known-hosts-without = { $file } has no host key of { $host }, port { $port }
    .remedy = add one that somebody has compared with what `ssh-keygen -lf` says on the server itself
ssh-entered = it shows the host key that is pinned ({ $type } { $fingerprint }), and lets eiginfra in
ssh-host-key-differs = it shows the host key { $seen }, and { $pinned } is pinned: nobody logged in
    .remedy = compare with what `ssh-keygen -lf` says on the server itself; only if that is the key it shows, write it as { $service }.host_key in the site file
ssh-host-key-revoked = it shows the host key { $seen }, which is revoked: nobody logged in
    .remedy = give the server a new host key, and write its fingerprint as { $service }.host_key in the site file
ssh-not-let-in = { $text }
ssh-not-reached = { $text }
