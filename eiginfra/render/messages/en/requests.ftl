## What is wrong with a request as a whole.

merge-conflicts = the request and its target branch change the same lines of { $files-and }
    .remedy = merge the target branch into the request’s branch, and choose there what counts
file-refused = a file of this name, or of this kind, has no place in an inventory: it is git’s, Python’s or eiginfra’s own, or is not read in the same way everywhere
    .remedy = take it out of the request
name-twice = { $name } is taken for { $other }, which is in the same folder, by some file systems or by git
    .remedy = take one of them out of the request, or give it another name
folder-not-in-git = git cannot read this folder: its object { $object } is missing, damaged, or no folder
    .remedy = fetch the branch again; if that does not help, make it anew from the target branch
file-not-in-git = git cannot read this file: its object { $object } is missing, damaged, or no file
    .remedy = fetch the branch again; if that does not help, commit the file anew
folders-too-deep = there are folders in folders, more than { $most } levels of them: none of the request is read
    .remedy = take them out of the request
request-too-large = the request brings or changes more than { $most } files: none of them is read
    .remedy = take out what is no inventory’s, or make several requests
