for-whom = { $for_team ->
    [none] {""}
   *[other] team { $for_team }{ $for_others ->
        [0] {""}
        [one] {" "}and 1 other
       *[other] {" "}and { $for_others } others
        }
    }{ $for_item ->
    [none] {""}
   *[other] { $for_team ->
        [none] item { $for_item }
       *[other] , item { $for_item }
        }
    }: { $said }

## Form.

playbook-empty = a playbook is a list of plays, not empty
    .remedy = begin the first play with '- name: …'
playbook-not-list = a playbook is a list of plays, not { $sort }
    .remedy = begin the first play with '- name: …'
playbook-form = a { $what } is a mapping of words to values, not { $sort }
play-tasks = a play needs `tasks`: a list with at least one task
task-kind = a task holds exactly one kind, and this one has none
    .remedy = write it as a key, e.g. gitlab.group: {"{"}path: …{"}"}
task-kinds = a task holds exactly one kind, not { $kinds-count } ({ $kinds })
    .remedy = write it as a key, e.g. gitlab.group: {"{"}path: …{"}"}
task-fields = the fields of { $kind } are a mapping, not { $sort }
    .remedy = write { $kind }: {"{"}field: value{"}"}
word-foreign = Ansible's word '{ $word }' is not supported
word-unknown = '{ $word }' is unknown in { $what ->
    [use] a playbook that is used (`use`)
   *[task] a { $what }
    }
name-not-text = a name is text, not { $value }
    .remedy = put it in quotes
teams-form = `teams` is a pattern or a list of patterns, not { $value }
    .remedy = write teams: all, or leave `teams` out for a play that runs once, for the cohort
teams-template = `teams` cannot hold templates
    .remedy = write a pattern, and `when` for the rest
teams-empty = `teams: { $pattern }` matches no team: the play does nothing
tags-form = `tags` is a list of words, not { $value }
    .remedy = write tags: [gitlab]
tag-reserved = '{ $tag }' is a word of --tags, not a tag
    .remedy = choose another; always and never may be used
tag-form = '{ $tag }' cannot be a tag
    .remedy = write plain words
when-form = `when` is an expression or a list of expressions, not { $sort }
    .remedy = write e.g. when: team.machines | length > 0
when-not-truth = `when` gives { $sort } instead of true or false
    .remedy = compare it, e.g. `team.machines | length > 0` or `item.website is not none`
loop-form = `loop` is a list, or an expression in braces that gives one, not { $value }
    .remedy = write a list, or loop: "{"{{"} … {"}}"}"
loop-not-list = `loop` gives { $sort } instead of a list
loop-control-alone = `loop_control` stands in a task without `loop`
loop-control-form = `loop_control` holds `loop_var` and nothing else
    .remedy = write {"{"}loop_var: machine{"}"}
protect-form = `protect` is true, false or a template that gives one of them, not { $value }
protect-not-truth = `protect` gives { $value } instead of true or false
was-not-text = `was` gives { $value } instead of the former key
vars-form = `vars` is a mapping of names to values, not { $sort }
variable-name = '{ $name }' cannot be a variable
    .remedy = use letters, digits and _, beginning with a letter
variable-taken = '{ $name }' has a meaning of its own
    .remedy = choose another name for the variable
variables-circle = the variables need each other: { $circle }
    .remedy = give one of them a value that does not use the others
variables-nested = more than { $most } variables use each other in a row
name-unknown = the variable '{ $name }' is unknown
pattern-unreadable = '{ $pattern }' is not a pattern
    .remedy = write all, a name, several as a,b, a wildcard as open-*, or !name
pattern-sign-alone = a !, & or ~ stands without a name
pattern-expression = '{ $expression }' is not a regular expression: { $text }
pattern-unknown-team = there is no '{ $name }'

## Kinds and fields.

unknown-kind = there is no kind '{ $name }'
unknown-field = there is no field '{ $name }'
field-unknown = { $kind } has no field '{ $name }'
field-missing = { $kind } needs the field '{ $name }'
field-required = { $name } is required
    .remedy = a template that gives None leaves a field unset
field-not-known = { $name } is unknown
field-choice = { $name } is { $value }
    .remedy = write { $choices }
field-type = { $name } must be { $wanted ->
    [text] text
    [whole-number] a whole number
    [number] a number
    [truth] true or false
    [list] a list
    [date] a date such as 2020-06-30
   *[mapping] a mapping
    }, not { $value }
field-refused = { $name } is refused
field-wrong = { $name }: { $text }
address-clash = { $resource } is wanted with different { $fields }: { $same ->
    [true] twice by { $one }
   *[other] by { $one } and by { $other }
    }
    .remedy = make both agree, or give one another key
provider-absent = the site has no { $provider }: { $count ->
    [one] 1 resource of { $provider }.* is left out
   *[other] { $count } resources of { $provider }.* are left out
    }
title-adapted = GitLab does not take the title '{ $written }' as it is: there it is '{ $adapted }'

## Templates.

template = { $text }
template-unreadable = the template cannot be read: { $text }
template-after-end = the template cannot be read: '{ $token }' stands after the end of the expression
template-source = the template is longer than { $most } characters
    .remedy = divide it with vars
template-statement = {"{%"} { $statement } {"%}"} cannot be used in playbooks
    .remedy = use the task's `loop`, filters such as map and join, or vars
template-filter = there is no filter '{ $name }'
template-test = there is no test '{ $name }'
template-nested = its expressions are nested too deeply
template-division = a division by zero
template-none = a value that is not set (None) is used: { $text }
template-no-key = there is no { $key }
template-name-unknown = { $name } is unknown
template-of-none = '{ $name }' is asked of a value that is not set (None)
template-no-element = { $sort } has no element { $name }
template-no-attribute = { $sort } has no '{ $name }'
template-closed = '{ $name }' cannot be read in templates
template-range = range is limited to { $most } numbers
template-too-long = the text is longer than { $most } characters
template-number = the result of { $operator } is too large
template-percent = % does not format text in templates
    .remedy = join it with ~
template-not-text = { $sort } stands inside text
template-too-many = the result holds more than { $most } values
template-no-value = the result is { $sort }, not a value
    .remedy = call it, or use a filter
template-people = { $filter } takes people, such as team.people, not { $sort }

## A packaged playbook that is used.
use-unknown = there is no packaged playbook { $value }
use-variable = the playbook that is used has no variable '{ $name }'
use-name = the playbook that is used has no play and no task with the name '{ $name }' that only one has
use-task = the playbook that is used has no task { $name } that could be replaced
    .remedy = a task of your own goes into a play of its own, below
use-without-form = `without` is a list of the names of tasks and plays, not { $value }
    .remedy = write without: [Labels]
