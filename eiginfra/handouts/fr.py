"""The sentences in French, written with plain spaces; `typeset` makes the unbreakable ones of French typography."""

import re
from collections.abc import Mapping

from eiginfra.handouts.language import NBSP, Language

_THIN = "\N{NARROW NO-BREAK SPACE}"


def typeset(words: Mapping[str, str]) -> Mapping[str, str]:
    """No-break spaces before a colon, inside guillemets and before units; narrow ones before `;`, `!` and `?`."""

    def one(text: str) -> str:
        text = re.sub(r" (?=[:»])|(?<=«) |(?<=\d) (?=Go\b)", NBSP, text)
        return re.sub(r" (?=[;!?])", _THIN, text)

    return {key: one(text) for key, text in words.items()}


_WORDS = {
    "welcome": "Bienvenue ! Cette page réunit ce dont votre équipe a besoin pour travailler : vos accès, vos machines et les personnes "
    "à qui vous adresser.",
    "as_of": "État constaté le %s. Ce que vous avez demandé et qui n’existe pas encore est signalé par la mention « pas encore créé ».",
    "as_of_set": "État constaté en prenant le %s pour date du jour. Ce que vous avez demandé et qui n’existe pas encore est signalé par la "
    "mention « pas encore créé ».",
    "not_made": "pas encore créé",
    "not_given": "pas encore donné",
    "not_in_service": "pas encore en service",
    "in_service": "en service",
    "without_certificate": "en attente de son certificat",
    "nothing_listens": "créé ; rien ne répond encore sur ce port de la machine",
    "port_closed": "fermé pour l’instant",
    "essentials": "L’essentiel",
    "administration": "Administration",
    "cohort": "Promotion",
    "dates": "Dates",
    "from_to": "du %s au %s",
    "town": "Lieu",
    "team": "L’équipe",
    "team_name": "Équipe",
    "people_caption": "Membres et mentors, avec le rôle constaté sur GitLab",
    "username": "Identifiant",
    "name": "Nom",
    "place": "Place",
    "member": "membre",
    "mentor": "mentor",
    "other": "hors de l’équipe",
    "access": "Rôle sur GitLab",
    "last_day": "Dernier jour",
    "no_end": "sans date de fin",
    "access_help": "Sur GitLab, « maintainer » règle les projets et fusionne, « developer » écrit dans les dépôts, « reporter » lit "
    "le code et suit les tickets. Un accès prend fin de lui-même à la date indiquée.",
    "nobody": "Personne n’est encore inscrit dans cette équipe.",
    "gitlab": "GitLab",
    "group": "Groupe de l’équipe",
    "projects": "Projets",
    "projects_caption": "Projets de l’équipe et adresses pour les cloner",
    "project": "Projet",
    "visibility": "Visibilité",
    "public": "public",
    "internal": "interne",
    "private": "privé",
    "clone_ssh": "Cloner par SSH",
    "clone_http": "Cloner par HTTPS",
    "state": "État",
    "not_asked": "absent de votre fichier",
    "no_projects": "Aucun projet n’a été demandé.",
    "machines": "Machines",
    "machines_caption": "Conteneurs et machines virtuelles de l’équipe",
    "machine": "Machine",
    "type": "Nature",
    "container": "conteneur",
    "vm": "machine virtuelle",
    "id": "ID",
    "address": "Adresse",
    "cores": "Cœurs",
    "memory": "Mémoire",
    "disk": "Disque",
    "running": "en marche",
    "stopped": "arrêtée",
    "waiting": "changement en attente : %s",
    "no_machines": "Aucune machine n’a été demandée.",
    "quota": "Quota",
    "quota_caption": "Ce que l’équipe utilise de son quota",
    "measure": "Ressource",
    "used": "Utilisé",
    "used_and_left": "Utilisé et reste",
    "remains": "reste %s",
    "no_limit": "sans limite",
    "exceeded": "dépassé de %s",
    "connect": "Se connecter aux machines",
    "connect_gateway": "Ajoutez ces lignes à votre fichier %s. La connexion passe par la passerelle, sous votre propre "
    "compte, qui ouvre les machines de votre équipe et rien d’autre.",
    "connect_host_key": "À votre première connexion, ssh montre l’empreinte de la passerelle : répondez yes si elle est ici : %s.",
    "connect_no_account": "Sans compte sur la passerelle pour l’instant : %s.",
    "connect_direct": "Ajoutez ces lignes à votre fichier %s. Ce site n’a pas encore de passerelle : ces adresses ne "
    "répondent que depuis le réseau privé du serveur.",
    "connect_then": "Ensuite, la commande ssh suivie du nom de la machine suffit ; scp, sftp et sshfs acceptent le même nom.",
    "connect_keys": "Les clés SSH inscrites dans le fichier de votre équipe y donnent accès.",
    "connect_keys_made": "Seules les clés SSH inscrites dans le fichier de l’équipe à la création de la machine y donnent accès.",
    "entries_caption": "Personnes dont les clés ont été vues sur les machines",
    "keys_of": "Clés de",
    "keys_missing": "pas encore : %s",
    "keys_none": "personne",
    "host_key": "Empreinte de la machine",
    "connect_user": "Pour une machine sans ligne « User », demandez aux contacts ci-dessous le nom du compte à utiliser.",
    "connect_for": "Pour %s",
    "connect_none": "Il n’y a pas encore de machine à laquelle se connecter.",
    "console": "Interface web de Proxmox",
    "console_accounts": "comptes",
    "console_pve": "Choisissez le domaine « %s » pour vous connecter. Votre premier mot de passe est posé par les contacts ci-dessous.",
    "console_openid": "Choisissez le domaine « %s » et connectez-vous avec GitLab : aucun autre mot de passe n’est nécessaire.",
    "public_names": "Adresses publiques",
    "public_caption": "Sous-domaines et ports publics demandés",
    "public_name": "Nom ou port public",
    "leads_to": "Mène à",
    "port_of": "port %s de %s",
    "no_gateway": "Ce site n’a pas encore de passerelle : ces demandes sont enregistrées et seront servies quand il en aura une.",
    "rules": "Règles du serveur partagé",
    "rule_purpose": "Le serveur sert à vos prototypes, et donne un peu de puissance de calcul. Il n’est fait ni pour l’hébergement "
    "durable d’un service, ni pour de très gros calculs.",
    "rule_memory": "Ses 32 Go de mémoire sont partagés entre toutes les équipes : demandez ce qu’il vous faut, et rendez ce qui ne "
    "sert plus.",
    "rule_backup": "Les sauvegardes restent sur ce même serveur ; il n’y en a pas d’autre copie. Gardez ailleurs une copie de vos "
    "données importantes ou sensibles.",
    "rule_docker": "Pour utiliser Docker dans un conteneur, écrivez « docker: true » pour cette machine dans le fichier de votre équipe.",
    "rule_root": "Vous êtes root sur vos machines : leurs mises à jour et leur sécurité vous reviennent.",
    "rule_change": "Pour changer quoi que ce soit ici (une machine, un projet, une personne), proposez une modification du fichier de "
    "votre équipe ; un changement fait à la main serait défait.",
    "ask": "À qui s’adresser",
    "no_contacts": "Aucun contact n’est indiqué pour cette promotion.",
    "web": "site",
    "index": "Fiches des équipes",
    "index_intro": "Une fiche par équipe, à lui remettre. Les nombres comptent ce qui existe, sur ce qui a été demandé.",
    "teams": "Équipes",
    "teams_caption": "Ce qui existe, équipe par équipe",
    "with_access": "Personnes avec accès",
    "capacity": "Capacité de la promotion",
    "capacity_caption": "Ce que toutes les équipes utilisent de la capacité",
    "of": "%s sur %s",
    "colon": " :",
    "to_index": "Toutes les équipes",
    "navigation": "Fiches",
    "skip": "Aller au contenu",
    "contents": "Sommaire",
}

FRENCH = Language(
    code="fr",
    months=(
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ),
    first="1er",
    units={"B": "octets", "KiB": "Kio", "MiB": "Mio", "GiB": "Gio", "TiB": "Tio"},
    point=",",
    words=typeset(_WORDS),
)
