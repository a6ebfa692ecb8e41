## SSH : les clés d’hôte, et l’accès à la passerelle.

known-hosts-unreadable = { $file } : { $reason }
    .remedy = indiquez un fichier known_hosts sous gateway.host_key dans le fichier du site, ou l’empreinte de la clé d’hôte de la passerelle
known-hosts-line = { $file }:{ $line } : cette ligne concerne le serveur, et on n’y lit pas de clé d’hôte
    .remedy = écrivez-la comme ssh-keyscan l’affiche : hôte, type de clé, Base64
known-hosts-without = { $file } n’a pas de clé d’hôte de { $host }, port { $port }
    .remedy = ajoutez-en une, comparée avec ce que dit `ssh-keygen -lf` sur le serveur lui-même
ssh-entered = il présente bien la clé d’hôte attendue ({ $type } { $fingerprint }), et laisse entrer eiginfra
ssh-host-key-differs = il présente la clé d’hôte { $seen }, au lieu de { $pinned } : personne ne s’est connecté
    .remedy = comparez avec ce que dit `ssh-keygen -lf` sur le serveur lui-même ; seulement si c’est bien cette clé, écrivez-la comme { $service }.host_key dans le fichier du site
ssh-host-key-revoked = il présente la clé d’hôte { $seen }, qui est révoquée : personne ne s’est connecté
    .remedy = donnez au serveur une nouvelle clé d’hôte, et écrivez son empreinte comme { $service }.host_key dans le fichier du site
ssh-not-let-in = { $text }
ssh-not-reached = { $text }
