chat-unreachable = { $text }
    .remedy = voyez `url:` et `token:` sous `chat:` dans le fichier du site
chat-version = le chat à { $url } est en version { $version }
