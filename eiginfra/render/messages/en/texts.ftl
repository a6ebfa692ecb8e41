## Texts.

mixed-scripts = '{ $text }' mixes alphabets: { $letters } look like Latin letters
    .remedy = write it with one keyboard, if that was not meant
encoded-label = { $label } is the encoded form of '{ $shown }'
    .remedy = check that it is the name that is meant
day-out-of-time = { $day } is not a day of this time
    .remedy = write a day from { $first } to { $last }
files-not-read = { $count ->
        [one] one more file of this folder was
       *[other] { $count } more files of this folder were
    } not read: too much is wrong in the others, or they are too large
    .remedy = correct or shorten those first
too-many-files = this folder has { $count } files; at most { $most } are read
    .remedy = is it the right folder?
