## Ce que l’importation a trouvé et qu’un inventaire ne peut pas dire.

import-no-team-id = { $sort ->
    [pool] le pool
   *[group] le groupe
    } { $name } n’appartient à aucune équipe : « { $id } » n’est pas un identifiant d’équipe ; laissé de côté
    .remedy = donnez-lui un autre nom{ $meant ->
        [none] {""}
       *[other] , par exemple avec { $meant }
        } : des minuscules, des chiffres et des traits d’union simples, une lettre au début, 31 caractères au plus
import-outside-teams = { $names } { $names-count ->
    [one] est
   *[other] sont
    } dans le groupe { $path } sans être dans celui d’une équipe : laissé de côté
    .remedy = déplacez dans le groupe de l’équipe ce qui est à elle, puis recommencez ; le reste n’est pas touché
import-named-otherwise = { $sort ->
    [pools] les pools
   *[groups] les groupes
    } s’appellent { $there }, et le playbook les appelle { $playbook } : l’application en ferait de nouveaux à côté
    .remedy = écrivez ce nom dans les tâches du playbook, ou changez-le sur le serveur, puis recommencez
import-guest-without-pool = { $type ->
    [vm] la VM
   *[container] le conteneur
    } { $id } ({ $name }) sur { $node } n’est dans aucun pool, et personne ne sait à qui c’est : laissé de côté
    .remedy = mettez-le dans le pool de son équipe puis recommencez, ou n’y touchez pas
import-other-pools = des machines dans la plage du site sont dans les pools { $names }, qui ne s’appellent pas { $pattern } : laissées de côté
    .remedy = si ce sont des pools d’équipes, dites-le : --pools MOTIF
import-guest-marked = { $type ->
    [vm] la VM
   *[container] le conteneur
    } { $id } porte la marque { $mark }, qui n’a pas sa place ici : laissé de côté
    .remedy = retirez cette ligne de sa description si personne n’en a besoin, puis recommencez
import-id-outside = { $type ->
    [vm] la VM
   *[container] le conteneur
    } { $id } est hors des numéros du site, { $first }-{ $last }, et ne peut pas être repris : laissé de côté
    .remedy = donnez-lui un autre numéro par une sauvegarde et une restauration, ou élargissez ids dans le fichier du site
import-name-twice = la machine { $id } serait la deuxième { $name } de son équipe : laissée de côté
    .remedy = donnez-lui un autre nom d’hôte, puis recommencez
import-image-unknown = personne ne sait de quoi { $type ->
    [vm] la VM
   *[container] le conteneur
    } { $id } ({ $name }) a été fait{ $system ->
    [none] {""}
   *[other] {" "}; son système est { $system }
    } : laissé de côté
    .remedy = { $images-count ->
        [0] donnez-lui une image du fichier du site et recommencez
       *[other] ce peut être { $images } : recommencez
        }, avec --image { $id }=NOM
import-image-guessed = { $machines } : { $image } est une supposition, la seule image du site qui convienne ; elle ne sert que si la machine est refaite
    .remedy = écrivez une autre image là où c’est faux
import-not-expressible = { $what } : { $key ->
    [none] cela
   *[other] { $key }{ $value ->
        [none] {""}
       *[other] {" "}({ $value })
        }
    } ne peut pas s’écrire dans le fichier d’une équipe : { $whole ->
    [true] laissé de côté
   *[false] cette clé est laissée de côté
    }
    .remedy = changez-le sur le serveur et recommencez, ou n’y touchez pas
import-role = { $username } est { $role } dans { $group }, ce qui n’est pas un rôle dans une équipe : laissé de côté, et l’application l’ôterait du groupe
    .remedy = écrivez cette personne avec un rôle dans le fichier de l’équipe, ou son identifiant sous keep dans la section gitlab du fichier du site
import-email-unknown = personne ne connaît l’adresse électronique de { $username } : elle manque dans le fichier
    .remedy = demandez-la, et écrivez email
import-email-by-name = GitLab ne montre pas l’adresse électronique de { $names } : celle qui est écrite vient du compte Proxmox VE du même nom, dans la même équipe
    .remedy = demandez si c’est la bonne
import-members-differ = GitLab et Proxmox VE ne s’accordent pas sur les membres de l’équipe : { $gitlab-count ->
    [0] {""}
   *[other] seulement sur GitLab { $gitlab }
    }{ $gitlab-count ->
    [0] {""}
   *[other] { $proxmox-count ->
        [0] {""}
       *[other] {" "};{" "}
        }
    }{ $proxmox-count ->
    [0] {""}
   *[other] seulement sur Proxmox VE { $proxmox }
    } ; le fichier a ceux de GitLab
    .remedy = dites qui est dans l’équipe : écrivez ces personnes dans son fichier, ou retirez-les
import-account-unsure = le compte { $account } porte le nom de { $username }, et rien d’autre ne dit que c’est le sien
    .remedy = demandez-le à la personne, puis : eiginfra confirm { $username }
import-administration = aucun serveur ne sait qui accueille une équipe : administration est « { $text } » dans { $count ->
    [one] un fichier
   *[other] { $count } fichiers
    }
    .remedy = écrivez-le
import-keys-unknown = aucun serveur ne montre les clés publiques de { $names }
    .remedy = demandez-les, et écrivez ssh_keys
import-without-backup = { $machines } { $machines-count ->
    [one] n’est
   *[other] ne sont
    } dans aucune tâche de sauvegarde de la promotion : backup y est false
    .remedy = retirez la ligne là où la machine doit être sauvegardée
import-other-owner = { $name } mène à { $ip }, une machine de la promotion, mais appartient à { $owner } : laissé de côté
    .remedy = laissez-le-leur, ou qu’ils y renoncent
import-leads-nowhere = { $name } appartient à { $owner } et mène à { $ip }, qui n’est pas une machine de la promotion : laissé de côté
    .remedy = supprimez-le sur la passerelle si personne n’en a besoin
import-would-change = l’application { $action ->
    [create] créerait { $address }
    [adopt] changerait { $address }
   *[other] ferait { $action } de { $address }
    }{ $count ->
    [0] {""}
   *[other] {" "}: { $fields }
    }{ $losing-count ->
    [0] {""}
   *[other] {" "}; cela ôte quelque chose à { $losing-and }
    }
    .remedy = voyez eiginfra plan ; corrigez le fichier ou le serveur, ou laissez faire
