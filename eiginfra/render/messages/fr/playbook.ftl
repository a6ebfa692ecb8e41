for-whom = { $for_team ->
    [none] {""}
   *[other] équipe { $for_team }{ $for_others ->
        [0] {""}
        [one] {" "}et { $for_others } autre
       *[other] {" "}et { $for_others } autres
        }
    }{ $for_item ->
    [none] {""}
   *[other] { $for_team ->
        [none] élément { $for_item }
       *[other] , élément { $for_item }
        }
    } : { $said }

## Forme.

playbook-empty = un playbook est une liste de plays, et celui-ci est vide
    .remedy = commencez le premier play par '- name: …'
playbook-not-list = un playbook est une liste de plays, pas { $sort }
    .remedy = commencez le premier play par '- name: …'
playbook-form = { $what ->
    [play] un play
   *[task] une tâche
    } est un ensemble de clés et de valeurs, pas { $sort }
play-tasks = un play a besoin de `tasks` : une liste d’au moins une tâche
task-kind = une tâche contient exactement une ressource, et celle-ci n’en a pas
    .remedy = écrivez-la comme clé, par exemple gitlab.group: {"{"}path: …{"}"}
task-kinds = une tâche contient exactement une ressource, pas { $kinds-count } ({ $kinds })
    .remedy = écrivez-la comme clé, par exemple gitlab.group: {"{"}path: …{"}"}
task-fields = les champs de { $kind } sont un ensemble de clés, pas { $sort }
    .remedy = écrivez { $kind }: {"{"}champ: valeur{"}"}
word-foreign = le mot « { $word } » d’Ansible n’est pas accepté
word-unknown = « { $word } » est inconnu dans { $what ->
    [use] un playbook utilisé (`use`)
    [play] un play
   *[task] une tâche
    }
name-not-text = un nom est un texte, pas { $value }
    .remedy = mettez-le entre guillemets
teams-form = `teams` est un motif ou une liste de motifs, pas { $value }
    .remedy = écrivez teams: all, ou enlevez `teams` pour un play qui s’exécute une fois, pour la promotion
teams-template = `teams` ne peut pas contenir de modèles
    .remedy = écrivez un motif, et `when` pour le reste
teams-empty = `teams: { $pattern }` ne désigne aucune équipe : le play ne fait rien
tags-form = `tags` est une liste de mots, pas { $value }
    .remedy = écrivez tags: [gitlab]
tag-reserved = « { $tag } » est un mot de --tags, pas une étiquette
    .remedy = choisissez-en une autre ; always et never sont permis
tag-form = « { $tag } » ne peut pas être une étiquette
    .remedy = écrivez des mots simples
when-form = `when` est une expression ou une liste d’expressions, pas { $sort }
    .remedy = écrivez par exemple when: team.machines | length > 0
when-not-truth = `when` donne { $sort } au lieu de true ou false
    .remedy = comparez, par exemple `team.machines | length > 0` ou `item.website is not none`
loop-form = `loop` est une liste, ou une expression entre accolades qui en donne une, pas { $value }
    .remedy = écrivez une liste, ou loop: "{"{{"} … {"}}"}"
loop-not-list = `loop` donne { $sort } au lieu d’une liste
loop-control-alone = `loop_control` est dans une tâche sans `loop`
loop-control-form = `loop_control` contient `loop_var` et rien d’autre
    .remedy = écrivez {"{"}loop_var: machine{"}"}
protect-form = `protect` est true, false ou un modèle qui donne l’un des deux, pas { $value }
protect-not-truth = `protect` donne { $value } au lieu de true ou false
was-not-text = `was` donne { $value } au lieu de l’ancienne clé
vars-form = `vars` est un ensemble de noms et de valeurs, pas { $sort }
variable-name = « { $name } » ne peut pas être une variable
    .remedy = des lettres, des chiffres et _, en commençant par une lettre
variable-taken = « { $name } » a déjà un sens
    .remedy = choisissez un autre nom pour la variable
variables-circle = les variables ont besoin l’une de l’autre : { $circle }
    .remedy = donnez à l’une d’elles une valeur qui n’emploie pas les autres
variables-nested = plus de { $most } variables s’emploient à la suite
name-unknown = la variable « { $name } » est inconnue
pattern-unreadable = « { $pattern } » n’est pas un motif
    .remedy = écrivez all, un nom, plusieurs comme a,b, un motif comme open-*, ou !nom
pattern-sign-alone = il y a un !, un & ou un ~ sans nom
pattern-expression = « { $expression } » n’est pas une expression régulière : { $text }
pattern-unknown-team = il n’y a pas de « { $name } »

## Ressources et champs.

unknown-kind = il n’y a pas de sorte de ressource « { $name } »
unknown-field = il n’y a pas de champ « { $name } »
field-unknown = { $kind } n’a pas de champ « { $name } »
field-missing = { $kind } a besoin du champ « { $name } »
field-required = { $name } est nécessaire
    .remedy = un modèle qui donne None laisse un champ sans valeur
field-not-known = { $name } est inconnu
field-choice = { $name } est { $value }
    .remedy = écrivez { $choices }
field-type = { $name } doit être { $wanted ->
    [text] un texte
    [whole-number] un nombre entier
    [number] un nombre
    [truth] true ou false
    [list] une liste
    [date] une date comme 2020-06-30
   *[mapping] un ensemble de clés
    }, pas { $value }
field-refused = { $name } est refusé
field-wrong = { $name } : { $text }
address-clash = { $resource } est demandé avec des { $fields } différents : { $same ->
    [true] deux fois par { $one }
   *[other] par { $one } et par { $other }
    }
    .remedy = mettez-les d’accord, ou donnez à l’un une autre clé
provider-absent = le site n’a pas de { $provider } : { $count ->
    [one] { $count } ressource de { $provider }.* est laissée de côté
   *[other] { $count } ressources de { $provider }.* sont laissées de côté
    }
title-adapted = GitLab n’accepte pas le titre « { $written } » tel quel : il y devient « { $adapted } »

## Modèles.

template = { $text }
template-unreadable = le modèle ne peut pas être lu : { $text }
template-after-end = le modèle ne peut pas être lu : « { $token } » suit la fin de l’expression
template-source = le modèle dépasse { $most } caractères
    .remedy = divisez-le avec vars
template-statement = {"{%"} { $statement } {"%}"} ne peut pas servir dans les playbooks
    .remedy = employez le `loop` de la tâche, des filtres comme map et join, ou vars
template-filter = il n’y a pas de filtre « { $name } »
template-test = il n’y a pas de test « { $name } »
template-nested = ses expressions ont trop de niveaux
template-division = une division par zéro
template-none = une valeur absente (None) est employée : { $text }
template-no-key = il n’y a pas de { $key }
template-name-unknown = { $name } est inconnu
template-of-none = « { $name } » est demandé à une valeur absente (None)
template-no-element = { $sort } n’a pas d’élément { $name }
template-no-attribute = { $sort } n’a pas de « { $name } »
template-closed = « { $name } » ne peut pas être lu dans les modèles
template-range = range est limité à { $most } nombres
template-too-long = le texte dépasse { $most } caractères
template-number = le résultat de { $operator } est trop grand
template-percent = % ne met pas en forme un texte dans les modèles
    .remedy = joignez-le avec ~
template-not-text = { $sort } se trouve dans un texte
template-too-many = le résultat contient plus de { $most } valeurs
template-no-value = le résultat est { $sort }, pas une valeur
    .remedy = appelez-la, ou employez un filtre
template-people = { $filter } prend des personnes, comme team.people, pas { $sort }

## Un playbook fourni que l’on utilise.
use-unknown = il n’y a pas de playbook fourni { $value }
use-variable = le playbook utilisé n’a pas de variable « { $name } »
use-name = le playbook utilisé n’a ni play ni tâche qui soit seul à s’appeler « { $name } »
use-task = le playbook utilisé n’a pas de tâche { $name } que l’on puisse remplacer
    .remedy = mettez une tâche à vous dans un play à part, plus bas
use-without-form = `without` est une liste de noms de tâches et de plays, pas { $value }
    .remedy = écrivez without: [Labels]
