(** What a text says when it is read as a path, a number, an address, a host or a URL. [None]: it has no reading. *)
From Coq Require Import Ascii Bool List String ZArith QArith Qpower Lia.
From Ambit Require Import Bytes.
Import ListNotations.
Open Scope Z_scope.

(** * Clean absolute paths *)

Definition clean_segment (s : bytes) : bool :=
  negb (beq s [] || beq s (lit ".") || beq s (lit "..")) && negb (existsb (Ascii.eqb nul) s) && negb (existsb (Ascii.eqb backslash) s).

(** The segments of a clean absolute path; none for [/] alone. *)
Definition clean_path (text : bytes) : option (list bytes) :=
  match text with
  | [] => None
  | c :: rest =>
    if Ascii.eqb c slash then
      match rest with
      | [] => Some []
      | _ => let segments := split slash rest in
             if forallb clean_segment segments then Some segments else None
      end
    else None
  end.

(** * Decimals *)

(** [mantissa] / 10 ^ [places]; with negative [places] zeros follow the mantissa. *)
Record decimal := { mantissa : Z; places : Z }.

Definition of_integer (z : Z) : decimal := {| mantissa := z; places := 0 |}.

Definition at_most (a b : decimal) : bool :=
  if places a <=? places b
  then mantissa a * 10 ^ (places b - places a) <=? mantissa b
  else mantissa a <=? mantissa b * 10 ^ (places a - places b).

Definition sign (text : bytes) : Z * bytes :=
  match after (lit "-") text with
  | Some rest => (-1, rest)
  | None => (1, text)
  end.

Definition unsigned (text : bytes) : option decimal :=
  match split "." text with
  | [whole] => option_map of_integer (natural whole)
  | [whole; fraction] =>
    match natural whole, all_digits fraction with
    | Some w, Some f =>
      let n := Z.of_nat (List.length fraction) in Some {| mantissa := w * 10 ^ n + f; places := n |}
    | _, _ => None
    end
  | _ => None
  end.

Definition negate (s : Z) (d : decimal) : decimal := {| mantissa := s * mantissa d; places := places d |}.

(** An optional minus, digits without a needless zero, perhaps a point and digits. *)
Definition read_decimal (text : bytes) : option decimal :=
  let (s, rest) := sign text in option_map (negate s) (unsigned rest).

(** * Addresses and networks: 128 bits, IPv4 as its IPv4-mapped IPv6 address *)

Definition octet (text : bytes) : option Z :=
  match natural text with
  | Some n => if n <=? 255 then Some n else None
  | None => None
  end.

(** Four numbers: 32 bits. *)
Definition dotted (text : bytes) : option Z :=
  match all octet (split "." text) with
  | Some [a; b; c; d] => Some (((a * 256 + b) * 256 + c) * 256 + d)
  | _ => None
  end.

Definition hex : bytes := lit "0123456789abcdef".
Definition hex_digits : list (ascii * Z) := numbered hex.

Definition group (text : bytes) : option Z :=
  match text with
  | [] => None
  | _ => if (List.length text <=? 4)%nat then spelled 16 hex_digits 0 (map lower text) else None
  end.

(** Groups of 16 bits; the last 32 may be in dotted decimal where [tail] says so. *)
Definition groups (tail : bool) (text : bytes) : option (list Z) :=
  match text with
  | [] => Some []
  | _ =>
    let parts := split ":" text in
    let last := last parts [] in
    match (if tail then dotted last else None), all group (removelast parts) with
    | Some v4, Some gs => Some (gs ++ [v4 / 65536; v4 mod 65536])
    | None, _ => all group parts
    | _, None => None
    end
  end.

(** Before and after the first [::]. *)
Fixpoint gap (text : bytes) : option (bytes * bytes) :=
  match text with
  | [] => None
  | c :: rest =>
    match after (lit "::") text with
    | Some behind => Some ([], behind)
    | None => option_map (fun cut => (c :: fst cut, snd cut)) (gap rest)
    end
  end.

Definition bits (gs : list Z) : Z := fold_left (fun acc g => acc * 65536 + g) gs 0.

(** RFC 4291 section 2.2: [::] stands for one or more groups of zeros. *)
Definition version6 (text : bytes) : option Z :=
  match gap text with
  | None =>
    match groups true text with
    | Some gs => if (List.length gs =? 8)%nat then Some (bits gs) else None
    | None => None
    end
  | Some (before, behind) =>
    match groups false before, groups true behind with
    | Some a, Some b =>
      let n := (List.length a + List.length b)%nat in
      if (n <=? 7)%nat then Some (bits (a ++ repeat 0 (8 - n) ++ b)) else None
    | _, _ => None
    end
  end.

Definition mapped (v4 : Z) : Z := 65535 * 2 ^ 32 + v4.

Definition read_address (text : bytes) : option Z :=
  match dotted text with
  | Some v4 => Some (mapped v4)
  | None => version6 text
  end.

(** An address and how many of its 128 bits count. *)
Record network := { base : Z; counted : Z }.

Definition read_network (text : bytes) : option network :=
  match split slash text with
  | [address; count] =>
    match read_address address, natural count with
    | Some a, Some n =>
      let n := match dotted address with Some _ => 96 + n | None => n end in
      if (n <=? 128) && (a mod 2 ^ (128 - n) =? 0) then Some {| base := a; counted := n |} else None
    | _, _ => None
    end
  | _ => None
  end.

Definition in_network (address : Z) (n : network) : bool :=
  address / 2 ^ (128 - counted n) =? base n / 2 ^ (128 - counted n).

(** * Hosts *)

Definition letters : bytes := small ++ large.

Definition label (text : bytes) : bool :=
  match text with
  | [] => false
  | first :: _ =>
    (List.length text <=? 63)%nat && forallb (among (letters ++ digits ++ lit "-")) text
    && negb (Ascii.eqb first "-") && negb (Ascii.eqb (last text first) "-")
  end.

(** The labels of a host's name, in lower case. *)
Definition read_host (text : bytes) : option (list bytes) :=
  let labels := split "." text in
  if (List.length text <=? 253)%nat && forallb label labels && existsb (among letters) (last labels [])
  then Some (map (map lower) labels)
  else None.

(** The host itself, or every host below it. *)
Inductive hosts := Only (host : list bytes) | Below_host (host : list bytes).

Definition read_hosts (text : bytes) : option hosts :=
  match after (lit "*.") text with
  | Some name => option_map Below_host (read_host name)
  | None => option_map Only (read_host text)
  end.

Definition is_host (host : list bytes) (pattern : hosts) : bool :=
  match pattern with
  | Only name => leads host name && leads name host
  | Below_host name => leads (rev name) (rev host) && (List.length name <? List.length host)%nat
  end.

(** * URLs *)

Inductive site := Named (host : list bytes) | Numbered (v4 : Z).
Inductive sites := Names (pattern : hosts) | Number (v4 : Z).

Record url (S : Type) := { secure : bool; port : Z; place : S; path : list bytes }.
Arguments secure {S}. Arguments port {S}. Arguments place {S}. Arguments path {S}.

Definition visible : bytes :=
  lit "!""#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`abcdefghijklmnopqrstuvwxyz{|}~".

(** In query and fragment. *)
Definition plain (c : ascii) : bool := among visible c && negb (among (lit "#<>\") c).

Definition path_characters : bytes := letters ++ digits ++ lit "._~!$&'()*+,;=:@-".

(** Escapes that some programs undo before they look at the path: point, slash, backslash, percent sign, NUL. *)
Definition ambiguous : list bytes := map lit ["2e"; "2f"; "5c"; "25"; "00"]%string.

Fixpoint readable (text : bytes) : bool :=
  match text with
  | [] => true
  | c :: rest =>
    if Ascii.eqb c "%" then
      match rest with
      | h :: l :: rest =>
        among hex (lower h) && among hex (lower l) && negb (existsb (beq [lower h; lower l]) ambiguous) && readable rest
      | _ => false
      end
    else among path_characters c && readable rest
  end.

Definition url_path (text : bytes) : option (list bytes) :=
  match text with
  | [] => Some []
  | c :: rest =>
    if Ascii.eqb c slash then
      let segments := split slash rest in
      let segments := match last segments [] with [] => removelast segments | _ => segments end in
      if forallb (fun s => clean_segment s && readable s) segments then Some segments else None
    else None
  end.

Definition read_port (otherwise : Z) (text : bytes) : option Z :=
  match text with
  | [] => Some otherwise
  | _ :: number =>
    match natural number with
    | Some n => if (0 <? n) && (n <=? 65535) then Some n else None
    | None => None
    end
  end.

Definition scheme (text : bytes) : option (bool * bytes) :=
  match after (lit "http://") text, after (lit "https://") text with
  | Some rest, _ => Some (false, rest)
  | None, Some rest => Some (true, rest)
  | None, None => None
  end.

(** Nothing, or [mark] and what may stand there. *)
Definition marked (mark : ascii) (text : bytes) : bool :=
  match text with
  | [] => true
  | c :: rest => Ascii.eqb c mark && forallb plain rest
  end.

Definition url_of {S : Type} (read : bytes -> option S) (whole : bool) (text : bytes) : option (url S) :=
  match scheme text with
  | None => None
  | Some (https, rest) =>
    let (authority, rest) := cut (lit "/?#") rest in
    let (path_text, rest) := cut (lit "?#") rest in
    let (query, fragment) := cut (lit "#") rest in
    let (name, port_text) := cut (lit ":") authority in
    match read name, read_port (if https then 443 else 80) port_text, url_path path_text with
    | Some s, Some p, Some segments =>
      if (List.length text <=? 2048)%nat
         && (if whole then marked "?" query && marked "#" fragment else beq query [] && beq fragment [])
      then Some {| secure := https; port := p; place := s; path := segments |}
      else None
    | _, _, _ => None
    end
  end.

Definition read_site (text : bytes) : option site :=
  match dotted text with
  | Some v4 => Some (Numbered v4)
  | None => option_map Named (read_host text)
  end.

Definition read_sites (text : bytes) : option sites :=
  match dotted text with
  | Some v4 => Some (Number v4)
  | None => option_map Names (read_hosts text)
  end.

(** An argument's URL; its query and fragment do not count. *)
Definition read_url : bytes -> option (url site) := url_of read_site true.

(** An operand's URL: without query and fragment; [*.] may stand before its host. *)
Definition read_urls : bytes -> option (url sites) := url_of read_sites false.

Definition at_site (s : site) (pattern : sites) : bool :=
  match s, pattern with
  | Named host, Names pattern => is_host host pattern
  | Numbered a, Number b => a =? b
  | _, _ => false
  end.

Definition within (u : url site) (pattern : url sites) : bool :=
  Bool.eqb (secure u) (secure pattern) && (port u =? port pattern) && at_site (place u) (place pattern)
  && leads (path pattern) (path u).

(** * What these mean *)

Definition rational (d : decimal) : Q := (inject_Z (mantissa d) / Qpower (inject_Z 10) (places d))%Q.

Lemma ten_positive : forall n, (0 < Qpower (inject_Z 10) n)%Q.
Proof. intro n. apply Qpower_0_lt. reflexivity. Qed.

Lemma scaled : forall m n k, n <= k ->
  (inject_Z m / Qpower (inject_Z 10) n == inject_Z (m * 10 ^ (k - n)) / Qpower (inject_Z 10) k)%Q.
Proof.
  intros m n k K. replace k with (n + (k - n)) at 2 by lia.
  rewrite Qpower_plus by easy. rewrite inject_Z_mult. rewrite (Zpower_Qpower 10 (k - n)) by lia.
  field. split; apply Qpower_not_0; easy.
Qed.

Lemma common : forall a b n, (inject_Z a / Qpower (inject_Z 10) n <= inject_Z b / Qpower (inject_Z 10) n)%Q <-> a <= b.
Proof.
  intros a b n. unfold Qdiv. rewrite Qmult_le_r by (apply Qinv_lt_0_compat, ten_positive). now rewrite Zle_Qle.
Qed.

(** Decimals compare as the rational numbers that they spell: exactly. *)
Theorem at_most_exact : forall a b, at_most a b = true <-> (rational a <= rational b)%Q.
Proof.
  intros [m p] [n q]. unfold at_most, rational. cbn [mantissa places]. destruct (p <=? q) eqn:E.
  - apply Z.leb_le in E. rewrite (scaled m p q E), common. apply Z.leb_le.
  - apply Z.leb_gt in E. rewrite (scaled n q p) by lia. rewrite common. apply Z.leb_le.
Qed.
