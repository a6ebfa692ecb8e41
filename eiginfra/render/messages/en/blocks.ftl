## Texts of handouts.

block-unknown = handouts have no text '{ $name }'
block-file = this file is not read: the name of a text ends in .md, .fr.md or .en.md
    .remedy = call it { $name }.md, or { $name }.en.md for English only
block-too-large = this text has { $size } KiB; at most { $most } KiB are read
    .remedy = shorten it; a handout is read in a few minutes
block-too-long = this text has { $lines } lines; at most { $most } are read
    .remedy = shorten it; a handout is read in a few minutes
block-placeholder = '{ "{" }{ $name }{ "}" }' is no known placeholder; real braces are written { "{{" } and { "}}" }
block-brace = there is a single brace { $brace }
    .remedy = write it twice, { "{{" } or { "}}" }, if it belongs to the text
block-title = this text has no title
    .remedy = begin it with a line '# The title'; an empty file leaves the text out
block-heading = this heading has the wrong level
    .remedy = only one heading has one #, that of the first line; here, write ##{ $most ->
        [2] {""}
       *[other] {" "}or ###
    }
block-without-caption = nothing says what { $sort ->
        [table] this table shows
       *[other] these lines are
    }
    .remedy = write a line that ends in a colon right before
block-html = '{ $written }' is HTML, which is not read here
    .remedy = write the character itself, or Markdown
block-image = a text cannot have an image
    .remedy = describe it, or give a link to it
block-link = the address '{ $url }' cannot be followed
    .remedy = write a whole address, https://… or mailto:…, or a placeholder that is an address
block-element = { $element ->
        [blockquote] a text cannot have a quotation
        [hr] a text cannot have a line that separates
        [list_item] this entry of a list is empty or too deep
       *[other] a text cannot have this
    }
    .remedy = there can be paragraphs, headings, lists of three levels, tables and lines of code
