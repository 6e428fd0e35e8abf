(** The model as OCaml. Bytes become characters, and numbers that only count become integers, by Coq's own directives. *)
From Coq Require Import Extraction ExtrOcamlBasic ExtrOcamlChar ExtrOcamlNatInt.
From Ambit Require Import Bytes Readings Constraints.

Extraction Language OCaml.
Extraction "model.ml" evaluate condition_of fits read_path flatten read_decimal read_address read_network read_host read_hosts
  read_url read_urls.
