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

## What eiginfra doctor says of the cohort's internal pages.

pages-internal-for-everybody = everybody can see the website of { $project }, which is for the cohort's people
    .remedy = in the project's settings on GitLab (General, Visibility), let project members only see Pages; make the project private
pages-internal-for-all-accounts = everybody with an account on this GitLab can see the website of { $project }
    .remedy = in the project's settings on GitLab (General, Visibility), let project members only see Pages, if that is not meant
pages-internal-no-project = there is no project { $project }, or it is hidden from the token
    .remedy = correct it, or make it on GitLab and build the pages there
pages-internal-untold = GitLab does not tell who can see the website of { $project }
    .remedy = give the token a role in the project that sees its settings
pages-internal-open = { $url } shows its pages to whoever asks
    .remedy = close it: on GitLab, in the project's settings (General, Visibility), let project members only see Pages; the instance must have access control for Pages
pages-internal-closed = { $url } shows no page to those who are not signed in
pages-internal-not-seen = { $url } could not be asked: { $why ->
    [not-public] it is at an address that is not public
    [proxy] only a proxy leads there
    [port] its port is not a usual one
    [unknown-name] its name is unknown
    [no-name-service] its name cannot be looked up here
    [tls] its certificate is not sound
    [status] it answered with an error
   *[other] it did not answer ({ $why })
    }
    .remedy = look at it in a browser without signing in: no page must show
