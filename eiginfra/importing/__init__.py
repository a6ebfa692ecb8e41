"""What servers have already, as an inventory that asks for just that.

Pure but for what it is given to ask with (`asking.Servers`): it sees core and inventory alone, reads through the kinds' own observation,
changes nothing and writes no file. What an inventory cannot say is a finding with what to do about it, never a guess.
"""
