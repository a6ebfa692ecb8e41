chat-unreachable = { $text }
    .remedy = see `url:` and `token:` under `chat:` in the site file
chat-version = the chat at { $url } is of version { $version }
