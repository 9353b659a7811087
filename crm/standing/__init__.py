"""How content a guest is and how sure, said anew whenever something happens."""
