"""Public keys that ssh-keygen made, each of another type; nobody has the private ones."""

KEYS_MADE = {
    "ssh-ed25519": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPYGEU37npOSGp9KP7vvsO0KgBCQ80UqnrTPWBB3i9Tf",
    "ssh-rsa": "ssh-rsa "
    "AAAAB3NzaC1yc2EAAAADAQABAAABgQCU/JlK09odJOci3gLff2U7/o6ulDbPNnLkxhuX2WZ9LN5cFhsbe7QjSITos2SX36Zx+VJflXnpm/mrnI"
    "XSYLHTFiBN9yQvtFjNUl0BllmXsBKpySBBx+PpsIJZBNUgJ8bUrAPvEgg2CvGZvP1DyEMYymm8Rco5AsYd7+bSB/N5XfaDgSva9YWKXlIdt40A"
    "migBylPWX+lBBf2KQDvFBgLWb2enXsmCx0kU8C/dC9P+GecpCF2izfJL8XfVUgzqwhH/yXtMCXoRUFzb/Q2nu1A89DqI/qhTbck2qXQKDPEiaF"
    "gwwl4b5ftZ9TqQ2VeHL18Ktfxh+z/65TMCwdoKlLeIEvcPDPPJ9jFm4LlE8KpdO36Hsef1wTSl8l6Y68HYi0fNESvW186pCE1yjUaV79/VmqCb"
    "MrYiY3NvysFz1Ae0sN0FSQAqEIZ8Mm1L0H6ha59/xbPIMWi5GL4SAEH+MzCtfSARg7mReBoxhXVdRedpZP1kaaeIv++xARp4eTrMqVc=",
    "ssh-rsa-2048": "ssh-rsa "
    "AAAAB3NzaC1yc2EAAAADAQABAAABAQDcDDG3J+WUE40Dv43UQGlyaqxI/4fsy+ERDskwn10ssCthhquFOQjCWhgu0OsZAxvTuEPCcnUfwyeW7/"
    "MvC9+dxOcPdfUqEQ5TDkjmYNlyRy1c4A4GMGJJ6UQFjlCSvo7qs1MpTRdwnqTpFweisGBjLMxCHdUZWWp+AMpFZyZ3/OoAlrPLctwQASpD7nw3"
    "uW9axz9/cgbPr5QTupPwFA0uU0E3CmVwf6i6CjT67YZX0lsMSWPHdjNweFyL7FXL42wp8CG3py17s/KZ6svzsX+kl7st54TQFmGAVyo3L4mvVa"
    "XRtmkvQt8Qw2J8Uu/DvG5YTjl/rML+Ou6jTONQYRBl",
    "ecdsa-sha2-nistp256": "ecdsa-sha2-nistp256 "
    "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBIE4yp5dvpk/DNhOwH3iAT6Vcxs0jtIiv6e8onLN2YAVXxYdZDpoYWwJjE"
    "rExjzNOgVdYgtBxKkYmmhzB6+mNrU=",
    "ecdsa-sha2-nistp384": "ecdsa-sha2-nistp384 "
    "AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBIjMWn2UC46DdG0DZIU7zO0wxRTZ4PSQncbbegrysafH7T+3GgT1a83j+t"
    "AhyDYUm0zwQIQfGD3gkxD6U6dNwJuE0ghEfWcYbZIgIxzRiE3jca8lUNlyFCuX7u+aOl3/VA==",
    "ecdsa-sha2-nistp521": "ecdsa-sha2-nistp521 "
    "AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBAAwFPin35py/j/rzY9Gc7ZGfxazQp4t66g4aNHc3UywEPACqZYCelnFTi"
    "3qbUYsS/BokczPGrT1FK9a2oj3C3V0hwE5mlC4HjFEpqL0Q2CeMMgueEPkAzOpgk8d4CMWk+SIgRJynV16AwvZigJVIJES37Gdh8O/pC20yBtZ"
    "srOxnE5GaA==",
    "sk-ssh-ed25519@openssh.com": "sk-ssh-ed25519@openssh.com "
    "AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIPYGEU37npOSGp9KP7vvsO0KgBCQ80UqnrTPWBB3i9TfAAAABHNzaDo=",
    "sk-ecdsa-sha2-nistp256@openssh.com": "sk-ecdsa-sha2-nistp256@openssh.com "
    "AAAAInNrLWVjZHNhLXNoYTItbmlzdHAyNTZAb3BlbnNzaC5jb20AAAAIbmlzdHAyNTYAAABBBIE4yp5dvpk/DNhOwH3iAT6Vcxs0jtIiv6e8on"
    "LN2YAVXxYdZDpoYWwJjErExjzNOgVdYgtBxKkYmmhzB6+mNrUAAAAEc3NoOg==",
    "ssh-dss": "ssh-dss "
    "AAAAB3NzaC1kc3MAAACBAP/1sWUiSli3kd9q8dgwPmHNxLuGw9HEJxA8NExBiesvHnvV1H5Eb87Co9gRc2EQ5XgbzM6mlnYuYRbG6cktmb81jC"
    "4HGIIs5Hyox0EH5myw5LKz9NWNgspjhtLJbnYOgZuFySTDWXFkxKYFigBYGiKyLeUEckM9LkT+2La4fkTNAAAAFQD/MSmQOsHUVZeiQv3xH48r"
    "GvPD5gAAAICTEUNR3L7UB+PmtgW5noMG3adIph4Cmoo/QVsCShRs8NmKmOHPmZZh+We9r98OczdCDBP49dQPbOB50bmHN28HvLgSh/3IwDiP6I"
    "HDoGYZcO8/bfAUje1+ijSIjTlsqzuA0n9Y3xEaOz3yRa2pCAI4mnjNwpSSqHX3SsbzqiAvSgAAAIDZiS/tdVmABbrEimqegmvW8KiQ6kfKc460"
    "jBTsU2dtpD+emRmHjZcvmkUdoTBTF/7tZ0C5vXQl3LA94EvwpPIeCtw+vvaCK1XUbUTlqDOzuE4PJ/n3qRC2tmg0gPyRuu+uF5v3WTQPbPbB+Y"
    "ENOH3UXOMB6Uolmav1/ZkwHY+pTQ==",
}
