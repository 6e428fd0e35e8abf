(** docs/constraints.md: arguments, types of constraint, the rules of a block, chains. *)
From Coq Require Import Ascii Bool List String ZArith.
From Ambit Require Import Bytes Readings.
Import ListNotations.
Open Scope Z_scope.

(** * Arguments *)

(** The value of one argument. [Empty]: a list or object without anything in it. *)
Inductive value := Null | Bool (b : bool) | Int (n : Z) | Str (text : bytes) | Dec (d : decimal) | Empty.

(** A path is its names; [*] is every element of a list. *)
Definition path := list bytes.
Definition star : bytes := lit "*".
Definition read_path : bytes -> path := split slash.

(** [digest] is what the value is known by where a tool returned it. *)
Record argument := { a_path : path; a_value : value; digest : bytes }.

(** The parameters of a call. A number is the text that spells it. *)
Inductive json :=
| JNull
| JBool (b : bool)
| JNumber (text : bytes)
| JString (text : bytes)
| JArray (items : list json)
| JObject (members : list (bytes * json)).

(** A member's name in a path: [~0] for [~], [~1] for [/], [~2] for the name [*]. *)
Definition escape (name : bytes) : bytes :=
  if beq name star then lit "~2"
  else flat_map (fun c => if Ascii.eqb c "~" then lit "~0" else if Ascii.eqb c slash then lit "~1" else [c]) name.

Definition is_long (n : Z) : bool := (- 2 ^ 63 <=? n) && (n <? 2 ^ 63).

(** JSON's numbers: integers without fraction and exponent, which fit 64 bits, and decimals. *)
Definition read_number (text : bytes) : option value :=
  let (s, rest) := sign text in
  let (number, exponent) := cut (lit "eE") rest in
  match exponent, unsigned number with
  | [], Some d =>
    match after (lit ".") (snd (cut (lit ".") number)) with
    | None => if is_long (s * mantissa d) then Some (Int (s * mantissa d)) else None
    | Some _ => Some (Dec (negate s d))
    end
  | _ :: e, Some d =>
    let (es, e) := match after (lit "+") e with Some e => (1, e) | None => sign e end in
    match all_digits e with
    | Some n => Some (Dec {| mantissa := s * mantissa d; places := places d - es * n |})
    | None => None
    end
  | _, None => None
  end.

Definition scalar (j : json) : value :=
  match j with
  | JNull => Null
  | JBool b => Bool b
  | JNumber text => match read_number text with Some v => v | None => Empty end
  | JString text => Str text
  | JArray _ | JObject _ => Empty
  end.

Fixpoint flatten_below (above : path) (j : json) : list argument :=
  match j with
  | JArray ((_ :: _) as items) => flat_map (flatten_below (above ++ [star])) items
  | JObject ((_ :: _) as members) =>
    flat_map (fun member => match member with (name, j) => flatten_below (above ++ [escape name]) j end) members
  | _ => [{| a_path := above; a_value := scalar j; digest := [] |}]
  end.

(** The arguments that an object is. *)
Definition flatten (members : list (bytes * json)) : list argument :=
  flat_map (fun member => match member with (name, j) => flatten_below [escape name] j end) members.

(** * Types of constraint *)

(** What is signed as an operand. [ODifferent]: anything that is none of the others. *)
Inductive operand := ONull | OBool (b : bool) | OInt (n : Z) | OStr (text : bytes) | ODifferent.

Inductive token := Byte (c : ascii) | One | Run | Run_any.

Inductive condition :=
| Equal (o : operand)
| In_ (os : list operand)
| Min_integer (n : Z)
| Max_integer (n : Z)
| Min (d : decimal)
| Max (d : decimal)
| Prefix (text : bytes)
| Glob (pattern : list token)
| Under (base : list bytes)
| Absent
| Any
| Not_in (os : list operand)
| Subset (os : list operand)
| Max_length (n : Z)
| Cidr (networks : list network)
| Host (names : list hosts)
| Url (urls : list (url sites))
| From (source : bytes) (times : Z)
| Never (** rule 5: what the kernel does not know or cannot compare refuses every value *).

Fixpoint tokens (pattern : bytes) : list token :=
  match pattern with
  | [] => []
  | c :: rest =>
    if Ascii.eqb c "*" then
      match rest with
      | d :: rest' => if Ascii.eqb d "*" then Run_any :: tokens rest' else Run :: tokens rest
      | [] => [Run]
      end
    else (if Ascii.eqb c "?" then One else Byte c) :: tokens rest
  end.

Definition comparable (o : operand) : bool := match o with ODifferent => false | _ => true end.

Definition comparables (make : list operand -> condition) (os : list operand) : condition :=
  match os with
  | [] => Never
  | _ => if forallb comparable os then make os else Never
  end.

Definition decimal_operand (text : bytes) : option decimal :=
  if (List.length text <=? 64)%nat then read_decimal text else None.

Definition text_of (o : operand) : option bytes := match o with OStr text => Some text | _ => None end.

(** Texts, at least one. One without a reading is nowhere, so nothing lies there; the format refuses it ([fits]). *)
Definition readings {A : Type} (read : bytes -> option A) (make : list A -> condition) (os : list operand) : condition :=
  match all text_of os with
  | Some ((_ :: _) as texts) =>
    make (flat_map (fun text => match read text with Some place => [place] | None => [] end) texts)
  | _ => Never
  end.

(** The table: number and operands of a constraint. *)
Definition condition_of (number : Z) (os : list operand) : condition :=
  match number, os with
  | 1, [o] => if comparable o then Equal o else Never
  | 2, _ => comparables In_ os
  | 3, [OInt n] => Min_integer n
  | 3, [OStr text] => match decimal_operand text with Some d => Min d | None => Never end
  | 4, [OInt n] => Max_integer n
  | 4, [OStr text] => match decimal_operand text with Some d => Max d | None => Never end
  | 5, [OStr text] => Prefix text
  | 6, [OStr text] => Glob (tokens text)
  | 7, [OStr text] => match clean_path text with Some base => Under base | None => Never end
  | 8, [] => Absent
  | 9, [] => Any
  | 10, _ => comparables Not_in os
  | 11, _ => comparables Subset os
  | 12, [OInt n] => if 0 <=? n then Max_length n else Never
  | 13, _ => readings read_network Cidr os
  | 14, _ => readings read_hosts Host os
  | 15, _ => readings read_urls Url os
  | 16, [OStr source] => From source 0
  | 16, [OStr source; OInt times] => if 0 <? times then From source times else Never
  | _, _ => Never
  end.

(** What may be signed. *)
Definition fits (number : Z) (os : list operand) : bool :=
  match condition_of number os with
  | Never => false
  | From source _ =>
    match cut (lit "#") source with
    | (_ :: _, _ :: _ :: _) => true (* capability#field *)
    | _ => false
    end
  | Cidr places => (List.length places =? List.length os)%nat
  | Host places => (List.length places =? List.length os)%nat
  | Url places => (List.length places =? List.length os)%nat
  | _ => true
  end.

Definition equals (v : value) (o : operand) : bool :=
  match v, o with
  | Null, ONull => true
  | Bool a, OBool b => Bool.eqb a b
  | Int a, OInt b => a =? b
  | Str a, OStr b => beq a b
  | _, _ => false
  end.

Definition same_type (v : value) (o : operand) : bool :=
  match v, o with
  | Null, ONull | Bool _, OBool _ | Int _, OInt _ | Str _, OStr _ => true
  | _, _ => false
  end.

Definition number_in (v : value) : option decimal :=
  match v with
  | Int n => Some (of_integer n)
  | Dec d => Some d
  | Str text => read_decimal text
  | _ => None
  end.

Definition longest_globbed : nat := 4096.

Fixpoint matches (pattern : list token) (text : bytes) : bool :=
  match pattern with
  | [] => beq text []
  | Byte c :: pattern => match text with d :: text => Ascii.eqb c d && matches pattern text | [] => false end
  | One :: pattern => match text with d :: text => negb (Ascii.eqb d slash) && matches pattern text | [] => false end
  | Run :: pattern =>
    (fix run text :=
       matches pattern text || match text with d :: text => negb (Ascii.eqb d slash) && run text | [] => false end) text
  | Run_any :: pattern =>
    (fix run text := matches pattern text || match text with _ :: text => run text | [] => false end) text
  end.

(** Bytes of UTF-8 that do not continue a character. *)
Definition begins_character (c : ascii) : bool :=
  match c with Ascii _ _ _ _ _ _ b6 b7 => negb b7 || b6 end.

Fixpoint characters (text : bytes) : Z :=
  match text with
  | [] => 0
  | c :: text => if begins_character c then Z.succ (characters text) else characters text
  end.

Definition read_in {A B : Type} (read : bytes -> option A) (fits : A -> B -> bool) (text : bytes) (places : list B) : bool :=
  match read text with
  | Some place => existsb (fits place) places
  | None => false
  end.

(** The last column of the table, for a value at the constraint's path. *)
Definition satisfies (c : condition) (v : value) : bool :=
  match c, v with
  | Equal o, _ => equals v o
  | In_ os, _ => existsb (equals v) os
  | Min_integer n, Int m => n <=? m
  | Max_integer n, Int m => m <=? n
  | Min d, _ => match number_in v with Some e => at_most d e | None => false end
  | Max d, _ => match number_in v with Some e => at_most e d | None => false end
  | Prefix prefix, Str text => starts prefix text
  | Glob pattern, Str text => (List.length text <=? longest_globbed)%nat && matches pattern text
  | Under base, Str text => match clean_path text with Some segments => leads base segments | None => false end
  | Any, _ => true
  | Not_in os, _ => existsb (same_type v) os && negb (existsb (equals v) os)
  | Subset _, Empty => true
  | Max_length _, Empty => true
  | Max_length n, Str text => characters text <=? n
  | Cidr networks, Str text => read_in read_address in_network text networks
  | Host names, Str text => read_in read_host is_host text names
  | Url urls, Str text => read_in read_url within text urls
  | _, _ => false
  end.

(** For an element of the list at the constraint's path. *)
Definition satisfies_element (c : condition) (v : value) : bool :=
  match c, v with
  | Subset os, _ => existsb (equals v) os
  | Max_length _, Empty => false
  | Max_length _, _ => true
  | _, _ => false
  end.

(** * The rules of a block *)

Record constraint := { named : path; cond : condition; optional : bool }.

Inductive relation := At | Below (further : path) | Above | Mismatch | Beside.

(** How an argument's path lies to the path that a constraint names. *)
Fixpoint relate (named found : path) : relation :=
  match named, found with
  | [], [] => At
  | [], _ :: _ => Below found
  | _ :: _, [] => Above
  | n :: named, f :: found =>
    if beq n f then relate named found else if beq n star || beq f star then Mismatch else Beside
  end.

Definition is_empty (v : value) : bool := match v with Empty => true | _ => false end.

(** That a context received a value in a named field of a tool's result, and how many calls acted on it. *)
Record sighting := { source : bytes; seen : bytes; acted : Z }.

Definition largest : Z := 2 ^ 63 - 1.

(** Fewer than [times] calls have acted on it; 0 stands for as many as one likes. *)
Definition fresh (times : Z) (s : sighting) : bool := (acted s <? largest) && ((times =? 0) || (acted s <? times)).

Definition serves (from d : bytes) (times : Z) (s : sighting) : bool :=
  beq (source s) from && beq (seen s) d && fresh times s.

(** For an argument at the constraint's path. *)
Definition accepts (received : list sighting) (c : condition) (a : argument) : bool :=
  match c with
  | From from times => existsb (serves from (digest a) times) received
  | _ => satisfies c (a_value a)
  end.

(** Rules 1 and 4: the constraint has nothing against this argument. *)
Definition tolerates (received : list sighting) (c : constraint) (a : argument) : bool :=
  match cond c, relate (named c) (a_path a) with
  | Any, _ => true
  | _, Beside => true
  | _, At => accepts received (cond c) a
  | Absent, Above => true
  | _, Above => is_empty (a_value a)
  | _, Below [further] => beq further star && satisfies_element (cond c) (a_value a)
  | _, Below _ => false
  | _, Mismatch => false
  end.

Definition is_element (c : constraint) (a : argument) : bool :=
  match relate (named c) (a_path a) with
  | Below [further] => beq further star
  | _ => false
  end.

(** The list at the path is no longer than the constraint says. *)
Definition bounds (c : constraint) (arguments : list argument) : bool :=
  match cond c with
  | Max_length n => Z.of_nat (List.length (filter (is_element c) arguments)) <=? n
  | _ => true
  end.

Definition respected (received : list sighting) (arguments : list argument) (c : constraint) : bool :=
  forallb (tolerates received c) arguments && bounds c arguments.

(** Conditions that also speak of what is below their path. *)
Definition speaks_of_more (c : condition) : bool :=
  match c with
  | Any | Subset _ | Max_length _ => true
  | _ => false
  end.

Definition there (c : constraint) (a : argument) : bool :=
  match relate (named c) (a_path a) with
  | At => true
  | Below _ => speaks_of_more (cond c)
  | _ => false
  end.

(** Rule 2. *)
Definition present (arguments : list argument) (c : constraint) : bool :=
  optional c || match cond c with Absent => true | _ => existsb (there c) arguments end.

(** Rule 3. *)
Definition names (c : constraint) (a : argument) : bool :=
  there c a || match relate (named c) (a_path a) with Above => is_empty (a_value a) | _ => false end.

Definition known (constraints : list constraint) (a : argument) : bool :=
  existsb (fun c => names c a) constraints.

Record block := {
  not_before : Z;
  expires : Z;
  may_use : bool;
  closed : bool;
  constraints : list constraint
}.

(** The numbers of the denials. *)
Inductive code := CONSTRAINT | ARGUMENT_NOT_NAMED | ARGUMENT_MISSING | EXPIRED | NOT_YET_VALID | MAY_NOT_USE.

Inductive answer := Allowed | Refused (why : code) (block item : nat).

(** The index of the first for which this is false. *)
Fixpoint first_not {A : Type} (ok : A -> bool) (list : list A) : option nat :=
  match list with
  | [] => None
  | x :: list => if ok x then option_map S (first_not ok list) else Some 0%nat
  end.

Definition at_time (now : Z) (b : block) : option code :=
  if negb (may_use b) then Some MAY_NOT_USE
  else if now <? not_before b then Some NOT_YET_VALID
  else if now <? expires b then None
  else Some EXPIRED.

(** Why this block refuses these arguments, and which constraint or argument it is. *)
Definition objection (received : list sighting) (arguments : list argument) (b : block) : option (code * nat) :=
  match first_not (respected received arguments) (constraints b) with
  | Some c => Some (CONSTRAINT, c)
  | None =>
    match first_not (present arguments) (constraints b) with
    | Some c => Some (ARGUMENT_MISSING, c)
    | None =>
      if closed b
      then option_map (pair ARGUMENT_NOT_NAMED) (first_not (known (constraints b)) arguments)
      else None
    end
  end.

(** The first block that objects, counted from [n]. *)
Fixpoint first_objection (objects : block -> option (code * nat)) (n : nat) (chain : list block) : answer :=
  match chain with
  | [] => Allowed
  | b :: chain =>
    match objects b with
    | Some (why, item) => Refused why n item
    | None => first_objection objects (S n) chain
    end
  end.

Definition evaluate_time (now : Z) : list block -> answer :=
  first_objection (fun b => option_map (fun why => (why, 0%nat)) (at_time now b)) 0.

(** The grant first. *)
Definition evaluate (now : Z) (received : list sighting) (arguments : list argument) (chain : list block) : answer :=
  match evaluate_time now chain with
  | Allowed => first_objection (objection received arguments) 0 chain
  | refused => refused
  end.

(** * What was received *)

Fixpoint first_index {A : Type} (ok : A -> bool) (list : list A) : option nat :=
  match list with
  | [] => None
  | x :: list => if ok x then Some 0%nat else option_map S (first_index ok list)
  end.

(** Which sightings a call acts on that counts: for each argument the first that serves. *)
Definition counted_by (received : list sighting) (arguments : list argument) (c : constraint) : list nat :=
  match cond c with
  | From from times =>
    if 0 <? times then
      flat_map (fun a =>
        match relate (named c) (a_path a), first_index (serves from (digest a) times) received with
        | At, Some i => [i]
        | _, _ => []
        end) arguments
    else []
  | _ => []
  end.

Definition acts_on (received : list sighting) (arguments : list argument) (chain : list block) : list nat :=
  flat_map (fun b => flat_map (counted_by received arguments) (constraints b)) chain.

(** Counts the call once on each of these, [i] being where the list begins. *)
Fixpoint count (indices : list nat) (i : nat) (received : list sighting) : list sighting :=
  match received with
  | [] => []
  | s :: received =>
    (if existsb (Nat.eqb i) indices && (acted s <? largest)
     then {| source := source s; seen := seen s; acted := acted s + 1 |}
     else s) :: count indices (S i) received
  end.

(** After an allowed call was made. *)
Definition act (arguments : list argument) (chain : list block) (received : list sighting) : list sighting :=
  count (acts_on received arguments chain) 0 received.
