## Pages: their theme, the cohort's events, what is published and what is not.

event-reversed = '{ $title }' ends ({ $ends }) before it starts ({ $starts })
    .remedy = exchange the two dates
event-outside-cohort = '{ $title }' is not within the cohort's days, { $starts } to { $ends }
    .remedy = correct its days, if that is not meant
pages-one-project = both sites would be the pages of { $project }, which has one
    .remedy = write another project for one of them: what is internal would be public
pages-one-url = both sites would be at { $url }
    .remedy = write another address for one of them: what is internal would be public
theme-contrast = { $token } ({ $colour }) cannot be read on { $background } ({ $paper }): the contrast is { $contrast }
    .remedy = take a colour that is further from the other; text needs a contrast of { $least } (WCAG 2.2, AA)
stylesheet-missing = the stylesheet { $name } is not beside cohort.yml
    .remedy = put it there, or delete this key
stylesheet-too-large = the stylesheet is too large
    .remedy = { $most } KiB at most
stylesheet-asks = '{ $written }' in a stylesheet would fetch something
    .remedy = delete it: pages fetch nothing; a font that readers' machines have is named with theme: font
stylesheet-sign = '{ $written }' in a stylesheet
    .remedy = write the letter itself in place of \ and its number; signs of HTML do not belong there
exception-of-no-project = this exception is for the project { $project }{ $name ->
    [none] {""}
   *[other] {" "}of { $name }
    }, which does not exist
    .remedy = delete it, or correct it
exception-of-several-projects = this exception is for { $project }, which several teams have: { $teams-and }
    .remedy = write team beside it
exception-over = the exception for { $project } held until { $until }
    .remedy = publish the project, or have a later day decided
project-not-public = the project { $project } is { $visibility ->
    [internal] internal
   *[private] private
    }, and nothing says why
    .remedy = publish it, or have an exception entered under exceptions in cohort.yml
