## Textes des fiches.

block-unknown = il n’y a pas de texte « { $name } » dans les fiches
block-file = ce fichier n’est pas lu : le nom d’un texte finit par .md, .fr.md ou .en.md
    .remedy = renommez-le { $name }.md, ou { $name }.fr.md pour le seul français
block-too-large = ce texte fait { $size } Kio ; { $most } Kio au plus sont lus
    .remedy = raccourcissez-le ; une fiche se lit en quelques minutes
block-too-long = ce texte a { $lines } lignes ; { $most } au plus sont lues
    .remedy = raccourcissez-le ; une fiche se lit en quelques minutes
block-placeholder = « { "{" }{ $name }{ "}" } » n’est pas un champ connu ; de vraies accolades s’écrivent { "{{" } et { "}}" }
block-brace = une accolade { $brace } est seule
    .remedy = écrivez-la deux fois, { "{{" } ou { "}}" }, si elle fait partie du texte
block-title = ce texte n’a pas de titre
    .remedy = commencez-le par une ligne « # Le titre » ; un fichier vide laisse le texte de côté
block-heading = ce titre n’a pas le bon niveau
    .remedy = un seul titre a un #, celui de la première ligne ; ici, écrivez ##{ $most ->
        [2] {""}
       *[other] {" "}ou ###
    }
block-without-caption = rien ne dit ce que { $sort ->
        [table] ce tableau montre
       *[other] ces lignes sont
    }
    .remedy = écrivez juste avant une ligne qui finit par deux points
block-html = « { $written } » est du HTML, qui n’est pas lu ici
    .remedy = écrivez le caractère lui-même, ou du Markdown
block-image = une image n’a pas sa place dans un texte
    .remedy = décrivez-la, ou donnez un lien vers elle
block-link = l’adresse « { $url } » ne peut pas être suivie
    .remedy = écrivez une adresse entière, https://… ou mailto:…, ou un champ qui est une adresse
block-element = { $element ->
        [blockquote] une citation n’a pas sa place dans un texte
        [hr] une ligne de séparation n’a pas sa place dans un texte
        [list_item] ce point de liste est vide ou trop profond
       *[other] ceci n’a pas sa place dans un texte
    }
    .remedy = il peut y avoir des paragraphes, des titres, des listes de trois niveaux, des tableaux et des lignes de code
