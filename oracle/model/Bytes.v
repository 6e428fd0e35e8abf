(** Texts are their UTF-8 bytes. What the other files need of them: equality, cutting at a separator, digits, letters. *)
From Coq Require Import Ascii Bool List String ZArith.
Import ListNotations.

Definition bytes := list ascii.

Definition lit (text : string) : bytes := list_ascii_of_string text.

(** The byte with this number. *)
Definition slash : ascii := "/".
Definition backslash : ascii := "\".
Definition nul : ascii := ascii_of_nat 0.

Fixpoint beq (a b : bytes) : bool :=
  match a, b with
  | [], [] => true
  | x :: a, y :: b => Ascii.eqb x y && beq a b
  | _, _ => false
  end.

Lemma beq_eq : forall a b, beq a b = true <-> a = b.
Proof.
  induction a as [|x a IH]; destruct b as [|y b]; simpl; split; intro H; try easy.
  - apply andb_true_iff in H. destruct H as [E F].
    apply Ascii.eqb_eq in E. apply IH in F. congruence.
  - inversion H; subst. rewrite Ascii.eqb_refl. simpl. now apply IH.
Qed.

Lemma beq_refl : forall a, beq a a = true.
Proof. intro a. now apply beq_eq. Qed.

(** What follows [prefix] in [text]. *)
Fixpoint after (prefix text : bytes) : option bytes :=
  match prefix, text with
  | [], _ => Some text
  | x :: prefix, y :: text => if Ascii.eqb x y then after prefix text else None
  | _ :: _, [] => None
  end.

Lemma after_spec : forall prefix text rest, after prefix text = Some rest <-> text = prefix ++ rest.
Proof.
  induction prefix as [|x prefix IH]; intros text rest; simpl.
  - split; congruence.
  - destruct text as [|y text]; [easy|].
    destruct (Ascii.eqb x y) eqn:E.
    + apply Ascii.eqb_eq in E. subst. rewrite IH. split; congruence.
    + split; [easy|]. intro H. inversion H. subst. now rewrite Ascii.eqb_refl in E.
Qed.

Definition starts (prefix text : bytes) : bool :=
  match after prefix text with Some _ => true | None => false end.

Theorem starts_spec : forall prefix text, starts prefix text = true <-> exists rest, text = prefix ++ rest.
Proof.
  intros. unfold starts. destruct (after prefix text) as [rest|] eqn:E.
  - apply after_spec in E. split; eauto.
  - split; [easy|]. intros [rest H]. apply after_spec in H. congruence.
Qed.

(** The parts between separators: always at least one. *)
Fixpoint split (separator : ascii) (text : bytes) : list bytes :=
  match text with
  | [] => [[]]
  | c :: text =>
    if Ascii.eqb c separator then [] :: split separator text
    else match split separator text with
         | [] => [[c]]
         | part :: parts => (c :: part) :: parts
         end
  end.

Fixpoint join (separator : ascii) (parts : list bytes) : bytes :=
  match parts with
  | [] => []
  | [part] => part
  | part :: parts => part ++ separator :: join separator parts
  end.

Lemma split_not_nil : forall separator text, split separator text <> [].
Proof.
  intros separator text. destruct text as [|c text]; simpl; [easy|].
  destruct (Ascii.eqb c separator); [easy|]. now destruct (split separator text).
Qed.

(** A part without separators in it comes back as it was. *)
Lemma split_app : forall separator part rest,
  ~ In separator part -> split separator (part ++ separator :: rest) = part :: split separator rest.
Proof.
  induction part as [|c part IH]; intros rest N; simpl.
  - now rewrite Ascii.eqb_refl.
  - destruct (Ascii.eqb c separator) eqn:E.
    + apply Ascii.eqb_eq in E. subst. destruct N. now left.
    + rewrite IH; [easy|]. intro I. apply N. now right.
Qed.

Lemma split_whole : forall separator part, ~ In separator part -> split separator part = [part].
Proof.
  induction part as [|c part IH]; intro N; simpl; [easy|].
  destruct (Ascii.eqb c separator) eqn:E.
  - apply Ascii.eqb_eq in E. subst. destruct N. now left.
  - rewrite IH; [easy|]. intro I. apply N. now right.
Qed.

Theorem split_join : forall separator parts,
  parts <> [] -> Forall (fun part => ~ In separator part) parts -> split separator (join separator parts) = parts.
Proof.
  intros separator parts. induction parts as [|part parts IH]; intros N F; [easy|].
  inversion F as [|? ? P Q]; subst. destruct parts as [|next parts].
  - simpl. now apply split_whole.
  - change (join separator (part :: next :: parts)) with (part ++ separator :: join separator (next :: parts)).
    rewrite split_app by easy. now rewrite IH.
Qed.

(** Up to the first byte in [ends], and that byte with what follows. *)
Fixpoint cut (ends text : bytes) : bytes * bytes :=
  match text with
  | [] => ([], [])
  | c :: rest =>
    if existsb (Ascii.eqb c) ends then ([], text)
    else let (before, from) := cut ends rest in (c :: before, from)
  end.

(** What a byte stands for. *)
Fixpoint meaning {A : Type} (c : ascii) (table : list (ascii * A)) : option A :=
  match table with
  | [] => None
  | (d, x) :: table => if Ascii.eqb c d then Some x else meaning c table
  end.

Definition among (alphabet : bytes) (c : ascii) : bool := existsb (Ascii.eqb c) alphabet.

Definition digits : bytes := lit "0123456789".
Definition small : bytes := lit "abcdefghijklmnopqrstuvwxyz".
Definition large : bytes := lit "ABCDEFGHIJKLMNOPQRSTUVWXYZ".

Definition smaller : list (ascii * ascii) := combine large small.

Definition lower (c : ascii) : ascii := match meaning c smaller with Some d => d | None => c end.

(** Each byte of an alphabet with its place in it. *)
Definition numbered (alphabet : bytes) : list (ascii * Z) :=
  combine alphabet (map Z.of_nat (seq 0 (List.length alphabet))).

Definition decimal_digits : list (ascii * Z) := numbered digits.

(** The number that these digits spell, [acc] standing before them. *)
Fixpoint spelled (base : Z) (values : list (ascii * Z)) (acc : Z) (text : bytes) : option Z :=
  match text with
  | [] => Some acc
  | c :: text =>
    match meaning c values with
    | Some d => spelled base values (acc * base + d) text
    | None => None
    end
  end.

(** At least one decimal digit. *)
Definition all_digits (text : bytes) : option Z :=
  match text with
  | [] => None
  | _ => spelled 10 decimal_digits 0 text
  end.

(** Decimal digits without a needless zero. *)
Definition natural (text : bytes) : option Z :=
  match text with
  | c :: _ :: _ => if Ascii.eqb c "0" then None else all_digits text
  | _ => all_digits text
  end.

(** All of them, or none. *)
Fixpoint all {A B : Type} (read : A -> option B) (from : list A) : option (list B) :=
  match from with
  | [] => Some []
  | x :: from =>
    match read x, all read from with
    | Some y, Some rest => Some (y :: rest)
    | _, _ => None
    end
  end.

(** Whether the list begins with these. *)
Fixpoint leads (prefix list : list bytes) : bool :=
  match prefix, list with
  | [], _ => true
  | x :: prefix, y :: list => beq x y && leads prefix list
  | _ :: _, [] => false
  end.

Lemma leads_spec : forall prefix list, leads prefix list = true <-> exists rest, list = prefix ++ rest.
Proof.
  induction prefix as [|x prefix IH]; intro list; simpl.
  - split; eauto.
  - destruct list as [|y list].
    + split; [easy|]. intros [rest H]. easy.
    + rewrite andb_true_iff, beq_eq, IH. split.
      * intros [E [rest R]]. subst. eauto.
      * intros [rest R]. inversion R. subst. eauto.
Qed.
