## Ce que dit eiginfra doctor.

gitlab-unreachable = { $text }
gitlab-not-admin = accounts: create demande un administrateur ; { $username } n’en est pas un
    .remedy = employez le jeton d’un administrateur, ou écrivez accounts: require sous gitlab: dans le fichier du site
gitlab-admin-mode = { $username } est administrateur, et GitLab ne laisse pas le jeton agir comme tel
    .remedy = créez un jeton avec les portées api et admin_mode : l’instance l’exige (Admin, Paramètres, Restrictions de connexion)
gitlab-sign-in-elsewhere = les personnes se connectent par { $providers-and } : un compte qu’eiginfra crée n’a pas cette identité, et la première connexion de la personne est refusée
    .remedy = sous gitlab: dans le fichier du site, écrivez identity:, ou accounts: require ou invite : la première connexion crée alors le compte
gitlab-access-ends = { $username } n’est Owner de { $root } que jusqu’au { $ends }
    .remedy = enlevez la fin de l’adhésion, ou mettez-en une plus tard
gitlab-old = GitLab { $version } à { $url } est plus ancien que { $oldest }.0
    .remedy = il ne reçoit plus de corrections de sécurité ; mettez-le à jour
gitlab-version = GitLab { $version } à { $url }
gitlab-clock = l’horloge de GitLab donne { $server }, celle de cette machine { $here } (UTC)
    .remedy = les fins d’accès suivent l’horloge de GitLab ; réglez celle qui est fausse (un lab peut volontairement être dans une autre année)
gitlab-token-untold = le jeton est celui de { $who } ; il ne dit ni ses droits ni sa fin
gitlab-token = le jeton « { $name } » est celui de { $who }, avec les droits { $scopes }
gitlab-scope = le jeton n’a pas le droit api
    .remedy = créez-en un avec le droit api ; read_api suffit pour le plan
gitlab-token-expires = le jeton prend fin le { $ends }
    .remedy = renouvelez-le à temps
gitlab-root-group-missing = le groupe racine { $root } n’existe pas, ou { $username } ne le voit pas
    .remedy = créez-le à la main, aussi visible que ce qu’il doit contenir, et donnez au compte du jeton le rôle Owner
gitlab-root-group = le groupe racine { $root } est { $visibility } ; rien de ce qu’il contient ne peut être plus visible
gitlab-access = { $username } est { $role } dans { $root }
    .remedy = donnez-lui le rôle Owner : seuls les propriétaires gèrent les membres

## Groupes et projets.

outside-root-group = { $path } est hors du groupe racine { $root }
    .remedy = commencez le chemin par { $root }/, ou changez gitlab.root_group dans le fichier du site
gitlab-path = « { $value } » n’est pas un chemin sur GitLab
    .remedy = des lettres sans accent, des chiffres, _ - et . entre des barres obliques, sans commencer par - ou ., sans finir par ., .git ou .atom
more-visible = { $noun ->
    [group] le groupe
   *[project] le projet
    } { $path } est { $visibility }, son groupe { $group } seulement { $limit }
    .remedy = rendez { $noun ->
        [group] le groupe
       *[project] le projet
        } { $limit }, ou son groupe { $visibility }
moved-by-hand = { $noun ->
    [group] le groupe
   *[project] le projet
    } { $path } a été déplacé à la main vers { $now } ; eiginfra n’en crée pas un second à sa place
    .remedy = remettez-le à sa place sur GitLab, ou écrivez son nouveau chemin ; pour en créer un autre : eiginfra forget '{ $address }'
scheduled-for-deletion = { $noun ->
    [group] le groupe
   *[project] le projet
    } { $path } a été supprimé le { $when } et peut encore être restauré ; eiginfra n’en crée pas un second à côté
    .remedy = restaurez-le (POST /{ $noun }s/{ $id }/restore, ou dans ses réglages à { $where }) ou supprimez-le là définitivement
group-name = le nom « { $name } » du groupe : { $problem }
projects-not-enforced = les membres peuvent créer des projets dans { $groups } : leur quota de projets est compté, pas imposé
    .remedy = écrivez project_creation: owner pour le groupe, et les projets dans le fichier de l’équipe
project-path = { $path } ne nomme pas de groupe
    .remedy = écrivez le chemin complet : GROUPE/PROJET
project-moved = { $was } est dans un autre groupe que { $path }
    .remedy = déplacez-le sur GitLab, à la main
project-title = le titre « { $title } » du projet : { $problem }
group-archived = le groupe { $path } est archivé : rien ne peut y être créé ni changé
    .remedy = le désarchiver dans ses paramètres sur GitLab
project-archived = le projet { $path } est archivé : personne ne peut y pousser de code
    .remedy = sortez-le des archives dans ses réglages, ou écrivez archived: false dans le playbook
variable-value = GitLab refuserait la valeur de { $key } : { $problems }
    .remedy = corriger la valeur là où elle est conservée ; `raw: true` permet davantage de signes, `masked: false` tous (les journaux la montrent alors)
license-not-allowed = { $license } n’est pas dans la liste des licences que les administrations peuvent choisir
    .remedy = écrivez-en une de la liste (https://www.data.gouv.fr/licences), comme MIT, EUPL-1.2 ou, pour des données, etalab-2.0
license-twice = { $project } : LICENSE est donné comme fichier et par license
    .remedy = enlevez l’un des deux
group-or-project = nommez soit group, soit project
milestone-dates = due doit être après starts
listed-twice = { $name } figure deux fois
    .remedy = gardez une seule mention
colour = « { $value } » n’est pas une couleur
    .remedy = écrivez # et six chiffres hexadécimaux

## Comptes et membres.

account-hidden = le jeton d’eiginfra ne voit pas le compte { $username } (ID { $id }) : il a été bloqué ou supprimé
    .remedy = adressez-vous à un administrateur de GitLab
account-missing = il n’y a pas de compte { $username } sur GitLab
    .remedy = demandez à la personne de se connecter une fois à { $url }, ou écrivez accounts: create sous gitlab: dans le fichier du site
account-without-email = le compte { $username } doit être { $accounts ->
    [create] créé
   *[invite] invité
    }, mais n’a pas d’adresse électronique
    .remedy = écrivez une adresse électronique dans le fichier de l’équipe
account-email-taken = l’adresse électronique de { $username } appartient au compte { $account } sur GitLab
    .remedy = écrivez { $account } comme identifiant, ou une autre adresse
account-replaced = le compte { $username } (ID { $id }) n’est pas celui qu’eiginfra connaissait sous ce nom (ID { $known }) : il n’y touche pas
    .remedy = demandez à la personne le nom de son compte ; si c’est le bon : eiginfra confirm { $username }
account-name-taken = le nom { $username } appartient maintenant à un autre compte (ID { $id }), qui ne reçoit rien
    .remedy = demandez à la personne le nouveau nom de son compte
account-unconfirmed = il y a un compte { $username } (ID { $id }) sur GitLab, et rien ne prouve que c’est celui de la personne
    .remedy = demandez-le-lui, puis : eiginfra confirm { $username }
account-id-missing = cohort.yml donne à { $username } le compte d’ID { $id }, que GitLab ne montre pas
    .remedy = corrigez people: { $username }: gitlab_id: dans cohort.yml, ou retirez-le et lancez eiginfra confirm { $username }
account-of-another = le compte qu’aurait { $username } (ID { $id }) est celui d’une autre personne de l’inventaire
    .remedy = demandez à chacune le nom de son compte, puis : eiginfra confirm
account-blocked = le compte { $username } est dans l’état { $state }, et le journal ne dit pas que c’est eiginfra qui l’a fait
    .remedy = un administrateur de GitLab peut le débloquer, ou `state: active` dans le playbook
account-renamed = le compte { $before } s’appelle maintenant { $now }
    .remedy = écrivez username: { $now } dans le fichier de l’équipe
access-shared = { $path } est partagé avec le groupe { $group } : ses membres y ont accès, jusqu’à { $access }
    .remedy = mettez-y fin dans ses réglages, ou écrivez authoritative: [shares] dans cohort.yml, ou allow: ['{ $name }'] dans le playbook
access-direct = { $username } est { $access } de { $path }, ce qu’aucune liste de membres ne dit
    .remedy = retirez cette personne, ou écrivez authoritative: [direct_members] dans cohort.yml, ou allow: ['{ $name }'] dans le playbook
access-token = le jeton d’accès « { $title } » de { $path } a les droits d’un { $access }
    .remedy = révoquez-le s’il ne sert à personne, ou écrivez authoritative: [keys] dans cohort.yml, ou allow: ['{ $name }'] dans le playbook
access-deploy-token = le jeton de déploiement « { $title } » de { $path } peut publier ({ $access })
    .remedy = révoquez-le s’il ne sert à personne, ou écrivez authoritative: [keys] dans cohort.yml, ou allow: ['{ $name }'] dans le playbook
access-key = la clé de déploiement « { $title } » peut pousser vers { $path }
    .remedy = retirez-lui ce droit s’il ne sert à personne, ou écrivez authoritative: [keys] dans cohort.yml, ou allow: ['{ $name }'] dans le playbook
member-kept = { $username } est dans gitlab.keep du fichier du site : ses accès ne sont jamais changés
    .remedy = enlevez-le de l’un des deux endroits
member-without-account = il n’y a pas de compte { $username } sur GitLab : laissé de côté
    .remedy = corrigez le nom, demandez à la personne de se connecter une fois, ou ajoutez un gitlab.user qui crée le compte
member-is-token = { $username } est le compte du jeton d’eiginfra : son accès à { $path } n’est jamais changé
    .remedy = enlevez-le des membres, ou donnez à eiginfra un compte à lui
last-owner = { $username } reste propriétaire de { $path } : il n’y en a pas d’autre
    .remedy = nommez d’abord un autre propriétaire
below-inherited = { $username } est déjà { $access } de { $path }, hérité de { $group } : { $wanted } serait moins, donc rien n’est fait
    .remedy = donnez le rôle voulu, ou retirez { $username } de { $group }
invitation-taken = l’invitation de { $username } à { $path } n’est plus là, et { $username } n’est pas venu : { $accounts } est peut-être la même personne, et reste
    .remedy = écrivez le bon identifiant dans le fichier de l’équipe ; si c’est quelqu’un d’autre : eiginfra forget '{ $address }'
promotion-waits = { $username } attend depuis le { $since } qu’un administrateur de GitLab approuve { $access } de { $path } ; GitLab ne dit pas si cela a été refusé
    .remedy = adressez-vous à l’administrateur ; pour que GitLab soit interrogé à nouveau : eiginfra forget '{ $address }'
leaver-elsewhere = { $name } quitte { $path }, et a été ajouté à la main { $where } : retiré là aussi
    .remedy = inscrivez { $name } dans l’inventaire si ce n’est pas voulu
