
main() {
    [ "$#" -eq 1 ] || fail 64 'usage: eiginfra-gateway VERB <DATA'
    case $1 in
        observe | examine | host-keys | account | account-remove | subdomain | subdomain-remove | forward | forward-remove | features | restart | \
            setup | uninstall) ;;
        *) fail 64 'no such verb' ;;
    esac
    [ "$(id -u)" -eq 0 ] || fail 77 'root only'
    configuration
    case $1 in
        observe) verb_observe ;;
        examine) verb_examine ;;
        host-keys) verb_host_keys ;;
        account) verb_account ;;
        account-remove) verb_account_remove ;;
        subdomain) verb_subdomain ;;
        subdomain-remove) verb_subdomain_remove ;;
        forward) verb_forward ;;
        forward-remove) verb_forward_remove ;;
        features) verb_features ;;
        restart) verb_restart ;;
        setup) verb_setup ;;
        uninstall) verb_uninstall ;;
    esac
}

# The last line: of a file that was cut, nothing is done.
main "$@"
