"""Matrices, eigenvalues and vectors in, quantities of random-matrix theory out; `heavytail.RMT_Util` names them all."""
