(** The model as OCaml. Bytes become characters, and numbers that only count become integers, by Coq's own directives. *)
From Coq Require Import Extraction ExtrOcamlBasic ExtrOcamlChar ExtrOcamlNatInt.
From Coq Require Ascii.
From Ambit Require Bytes Readings Constraints Ledger.

Extraction Language OCaml.
(* Coq says (=), which compares characters no better than anything else, and slowly. *)
Extract Inlined Constant Coq.Strings.Ascii.eqb => "Char.equal".
Extraction "model.ml"
  Constraints.evaluate Constraints.act Constraints.condition_of Constraints.fits Constraints.read_path Constraints.flatten
  Readings.read_decimal Readings.read_address Readings.read_network Readings.read_host Readings.read_hosts Readings.read_url
  Readings.read_urls Ledger.take Ledger.settle Ledger.revoke Ledger.set_pace Ledger.allocate Ledger.free Ledger.left Ledger.find.
