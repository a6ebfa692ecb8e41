## SSH: host keys, and whether the gateway can be entered.

known-hosts-unreadable = { $file }: { $reason }
    .remedy = write a known_hosts file under gateway.host_key in the site file, or the fingerprint of the gateway's host key
known-hosts-line = { $file }:{ $line }: this line is about the server, and no host key can be read in it
    .remedy = write it as ssh-keyscan prints it: host, type of the key, Base64
known-hosts-without = { $file } has no host key of { $host }, port { $port }
    .remedy = add one that somebody has compared with what `ssh-keygen -lf` says on the server itself
