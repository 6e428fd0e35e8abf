(** Accounts in a forest, as ambit.decision.Ledger describes them: what is taken from a node is taken from every ancestor. *)
From Coq Require Import Arith Bool List ZArith Lia.
Import ListNotations.
Open Scope Z_scope.

(** Names of nodes. A name is free again when its node is gone. *)
Definition id := nat.

Record rate := { most : Z; span : Z; opened : Z; in_window : Z }.

Record node := {
  ancestors : list id;
  limit : option Z;
  used : Z;
  pace : option rate;
  revoked : bool
}.

Definition ledger := list (id * node).

Fixpoint find (n : id) (l : ledger) : option node :=
  match l with
  | [] => None
  | (m, x) :: l => if Nat.eqb n m then Some x else find n l
  end.

Definition has (n : id) (ids : list id) : bool := existsb (Nat.eqb n) ids.

(** Changes the nodes of these names. *)
Definition change (ids : list id) (f : node -> node) (l : ledger) : ledger :=
  map (fun entry => if has (fst entry) ids then (fst entry, f (snd entry)) else entry) l.

(** Limits and counters have 64 bits. *)
Definition largest : Z := 2 ^ 63 - 1.
Definition ceiling (x : node) : Z := match limit x with Some most => most | None => largest end.

(** A node and its ancestors: nothing where one of them is not there. *)
Definition line (n : id) (l : ledger) : option (list node) :=
  match find n l with
  | None => None
  | Some x =>
    fold_right (fun a rest => match find a l, rest with Some y, Some ys => Some (y :: ys) | _, _ => None end)
      (Some []) (n :: ancestors x)
  end.

Definition line_ids (n : id) (l : ledger) : list id :=
  match find n l with Some x => n :: ancestors x | None => [] end.

(** * Taking *)

Inductive answer := Taken | Revoked | Exhausted | Rate_limited.

Definition covers (amount : Z) (x : node) : bool := (0 <=? amount) && (used x + amount <=? ceiling x).

(** The window of a rate begins with the first taking after the end of the one before. *)
Definition over (now : Z) (r : rate) : bool := opened r + span r <=? now.

Definition keeps_pace (amount now : Z) (x : node) : bool :=
  match pace x with
  | None => true
  | Some r => (0 <=? now) && ((if over now r then 0 else in_window r) + amount <=? most r)
  end.

Definition check (n : id) (amount now : Z) (l : ledger) : answer :=
  match line n l with
  | None => Revoked
  | Some xs =>
    if existsb revoked xs then Revoked
    else if negb (forallb (covers amount) xs) then Exhausted
    else if negb (forallb (keeps_pace amount now) xs) then Rate_limited
    else Taken
  end.

Definition charge (amount now : Z) (x : node) : node :=
  {| ancestors := ancestors x; limit := limit x; used := used x + amount; revoked := revoked x;
     pace := option_map (fun r =>
       if over now r then {| most := most r; span := span r; opened := now; in_window := amount |}
       else {| most := most r; span := span r; opened := opened r; in_window := in_window r + amount |}) (pace x) |}.

Definition take (n : id) (amount now : Z) (l : ledger) : answer * ledger :=
  match check n amount now l with
  | Taken => (Taken, change (line_ids n l) (charge amount now) l)
  | why => (why, l)
  end.

(** * The other operations *)

(** Corrects what one node was charged; beyond its limit nothing is charged. *)
Definition settled (reserved spent : Z) (x : node) : node :=
  {| ancestors := ancestors x; limit := limit x; pace := pace x; revoked := revoked x;
     used := Z.min (ceiling x) (Z.max 0 (used x - reserved) + spent) |}.

Definition settle (n : id) (reserved spent : Z) (l : ledger) : ledger :=
  if (0 <=? reserved) && (0 <=? spent) then change [n] (settled reserved spent) l else l.

Definition revoke (n : id) (l : ledger) : ledger :=
  change [n] (fun x => {| ancestors := ancestors x; limit := limit x; used := used x; pace := pace x; revoked := true |}) l.

Definition set_pace (n : id) (m length since taken : Z) (l : ledger) : bool * ledger :=
  match find n l with
  | Some _ =>
    if (0 <=? m) && (0 <? length) && (0 <=? since) && (0 <=? taken)
    then (true, change [n] (fun x => {| ancestors := ancestors x; limit := limit x; used := used x; revoked := revoked x;
            pace := Some {| most := m; span := length; opened := since; in_window := Z.min m taken |} |}) l)
    else (false, l)
  | None => (false, l)
  end.

(** A grant, a request and 64 delegations. *)
Definition deepest : nat := 66.

(** A new node called [n]. Refused where the name or the room is taken, the one above is not there, or it would lie too deep. *)
Definition allocate (room : nat) (n : id) (above : option id) (most : option Z) (taken : Z) (l : ledger) : bool * ledger :=
  let new ancestors :=
    {| ancestors := ancestors; limit := most; pace := None; revoked := false;
       used := match most with Some m => Z.min m taken | None => taken end |} in
  let line := match above with
    | None => Some []
    | Some a => match find a l with Some x => Some (a :: ancestors x) | None => None end
    end in
  match line, find n l with
  | Some ancestors, None =>
    if (0 <=? taken) && (taken <=? largest) && match most with Some m => (0 <=? m) && (m <=? largest) | None => true end
       && (List.length ancestors <? deepest)%nat && (List.length l <? room)%nat
    then (true, (n, new ancestors) :: l)
    else (false, l)
  | _, _ => (false, l)
  end.

(** Gives up a node below which there is none. *)
Definition free (n : id) (l : ledger) : bool * ledger :=
  match find n l with
  | Some _ =>
    if existsb (fun entry => has n (ancestors (snd entry))) l then (false, l)
    else (true, filter (fun entry => negb (Nat.eqb n (fst entry))) l)
  | None => (false, l)
  end.

(** What a node and its ancestors have left together. *)
Definition left (n : id) (l : ledger) : option Z :=
  match line n l with
  | None => Some 0
  | Some xs =>
    fold_right (fun x rest =>
      match limit x with
      | None => rest
      | Some m => match rest with Some r => Some (Z.min (m - used x) r) | None => Some (m - used x) end
      end) None xs
  end.

(** * Every interleaving *)

Inductive operation :=
| Take (n : id) (amount now : Z)
| Settle (n : id) (reserved spent : Z)
| Revoke (n : id)
| Set_pace (n : id) (most length since taken : Z)
| Allocate (n : id) (above : option id) (most : option Z) (taken : Z)
| Free (n : id).

Definition apply (room : nat) (o : operation) (l : ledger) : ledger :=
  match o with
  | Take n amount now => snd (take n amount now l)
  | Settle n reserved spent => settle n reserved spent l
  | Revoke n => revoke n l
  | Set_pace n m length since taken => snd (set_pace n m length since taken l)
  | Allocate n above most taken => snd (allocate room n above most taken l)
  | Free n => snd (free n l)
  end.

Definition run (room : nat) (operations : list operation) (l : ledger) : ledger :=
  fold_left (fun l o => apply room o l) operations l.

Definition sound_node (x : node) : Prop :=
  0 <= used x <= ceiling x
  /\ match pace x with Some r => 0 <= in_window r <= most r | None => True end.

(** Every node is within its bounds, and so is each ancestor there. *)
Definition sound (l : ledger) : Prop :=
  (forall n x, find n l = Some x -> sound_node x)
  /\ (forall n x a, find n l = Some x -> In a (ancestors x) -> find a l <> None).

(** ** Finding *)

Lemma has_in : forall n ids, has n ids = true <-> In n ids.
Proof.
  intros. unfold has. rewrite existsb_exists. split.
  - intros (x & I & E). apply Nat.eqb_eq in E. now subst.
  - intro I. exists n. split; auto. apply Nat.eqb_refl.
Qed.

Lemma find_change : forall n ids f l,
  find n (change ids f l) = option_map (fun x => if has n ids then f x else x) (find n l).
Proof.
  intros n ids f l. induction l as [|[m x] l IH]; simpl; auto.
  destruct (has m ids) eqn:H; simpl; destruct (Nat.eqb_spec n m); subst; auto; now rewrite H.
Qed.

Lemma find_filter : forall n m l,
  find m (filter (fun entry : id * node => negb (Nat.eqb n (fst entry))) l) = if Nat.eqb n m then None else find m l.
Proof.
  intros n m l. induction l as [|[k x] l IH]; simpl.
  - now destruct (Nat.eqb n m).
  - destruct (Nat.eqb_spec n k); simpl.
    + rewrite IH. subst. destruct (Nat.eqb_spec k m); auto. destruct (Nat.eqb_spec m k); congruence.
    + rewrite IH. destruct (Nat.eqb_spec m k); auto. subst. destruct (Nat.eqb_spec n k); congruence.
Qed.

Lemma find_in : forall n l x, find n l = Some x -> In (n, x) l.
Proof.
  induction l as [|[m y] l IH]; simpl; intros x H; [easy|].
  destruct (Nat.eqb_spec n m); [left; congruence|auto].
Qed.

Lemma change_ancestors : forall ids f l n x a,
  (forall x, ancestors (f x) = ancestors x) ->
  find n (change ids f l) = Some x -> In a (ancestors x) -> exists y, find n l = Some y /\ In a (ancestors y).
Proof.
  intros ids f l n x a F H I. rewrite find_change in H. destruct (find n l) as [y|]; [|easy].
  simpl in H. inversion H; subst. exists y. split; auto. destruct (has n ids); auto. now rewrite F in I.
Qed.

Lemma change_sound : forall ids f l,
  (forall x, ancestors (f x) = ancestors x) ->
  (forall n x, In n ids -> find n l = Some x -> sound_node x -> sound_node (f x)) ->
  sound l -> sound (change ids f l).
Proof.
  intros ids f l A F [S P]. split.
  - intros n x H. rewrite find_change in H. destruct (find n l) as [y|] eqn:E; [|easy].
    simpl in H. inversion H; subst. destruct (has n ids) eqn:I; eauto.
    apply has_in in I. eauto.
  - intros n x a H I. destruct (change_ancestors _ _ _ _ _ _ A H I) as (y & E & J).
    rewrite find_change. specialize (P n y a E J). now destruct (find a l).
Qed.

(** ** Lines *)

Lemma fold_line : forall (l : ledger) ids xs,
  fold_right (fun a rest => match find a l, rest with Some y, Some ys => Some (y :: ys) | _, _ => None end) (Some []) ids = Some xs ->
  forall a, In a ids -> exists y, find a l = Some y /\ In y xs.
Proof.
  induction ids as [|b ids IH]; intros xs H a I; [easy|]. simpl in H.
  destruct (find b l) as [y|] eqn:E; [|easy].
  destruct (fold_right _ _ ids) as [ys|] eqn:R; [|easy]. inversion H; subst.
  destruct I as [I|I].
  - subst. exists y. simpl. auto.
  - destruct (IH ys eq_refl a I) as (z & F & J). exists z. simpl. auto.
Qed.

Lemma fold_line_back : forall (l : ledger) ids xs,
  fold_right (fun a rest => match find a l, rest with Some y, Some ys => Some (y :: ys) | _, _ => None end) (Some []) ids = Some xs ->
  forall y, In y xs -> exists a, In a ids /\ find a l = Some y.
Proof.
  induction ids as [|b ids IH]; intros xs H y I; simpl in H.
  - inversion H; subst. easy.
  - destruct (find b l) as [z|] eqn:E; [|easy].
    destruct (fold_right _ _ ids) as [ys|] eqn:R; [|easy]. inversion H; subst.
    destruct I as [I|I].
    + subst. exists b. simpl. auto.
    + destruct (IH ys eq_refl y I) as (a & J & F). exists a. simpl. auto.
Qed.

(** The nodes of a line are those of its names. *)
Lemma line_nodes : forall n l xs, line n l = Some xs ->
  (forall a, In a (line_ids n l) -> exists y, find a l = Some y /\ In y xs)
  /\ (forall y, In y xs -> exists a, In a (line_ids n l) /\ find a l = Some y).
Proof.
  intros n l xs H. unfold line, line_ids in *. destruct (find n l) as [x|]; [|easy]. split.
  - now apply fold_line.
  - now apply fold_line_back.
Qed.

(** ** Taking *)

(** What is refused changes nothing. *)
Theorem refused_changes_nothing : forall n amount now l, fst (take n amount now l) <> Taken -> snd (take n amount now l) = l.
Proof. intros n amount now l H. unfold take in *. now destruct (check n amount now l). Qed.

Lemma taken_check : forall n amount now l, check n amount now l = Taken ->
  exists xs, line n l = Some xs /\ existsb revoked xs = false
    /\ forallb (covers amount) xs = true /\ forallb (keeps_pace amount now) xs = true.
Proof.
  intros n amount now l H. unfold check in H. destruct (line n l) as [xs|]; [|easy]. exists xs.
  destruct (existsb revoked xs); [easy|]. destruct (forallb (covers amount) xs); [|easy].
  destruct (forallb (keeps_pace amount now) xs); [|easy]. auto.
Qed.

(** What is taken is taken from the node and from each ancestor, and from no other. *)
Theorem taken_from_the_whole_line : forall n amount now l,
  fst (take n amount now l) = Taken ->
  forall m, find m (snd (take n amount now l))
    = option_map (fun x => if has m (line_ids n l) then charge amount now x else x) (find m l).
Proof.
  intros n amount now l H m. unfold take in *. destruct (check n amount now l); try easy. apply find_change.
Qed.

Lemma charge_sound : forall amount now x,
  covers amount x = true -> keeps_pace amount now x = true -> sound_node x -> sound_node (charge amount now x).
Proof.
  intros amount now x C K [U W]. unfold covers in C. apply andb_true_iff in C. destruct C as [A B].
  apply Z.leb_le in A, B. split.
  - unfold ceiling in *. simpl. lia.
  - unfold keeps_pace in K. simpl. destruct (pace x) as [r|]; simpl; auto.
    apply andb_true_iff in K. destruct K as [_ K]. apply Z.leb_le in K.
    destruct (over now r); simpl; lia.
Qed.

Lemma take_sound : forall n amount now l, sound l -> sound (snd (take n amount now l)).
Proof.
  intros n amount now l S. unfold take. destruct (check n amount now l) eqn:C; auto. simpl.
  apply taken_check in C. destruct C as (xs & L & _ & C & K). apply line_nodes in L. destruct L as [L _].
  apply change_sound; auto. intros a x I F N. destruct (L a I) as (y & G & J).
  rewrite G in F. inversion F; subst. rewrite forallb_forall in C, K. apply charge_sound; auto.
Qed.

(** ** The others *)

Lemma settle_sound : forall n reserved spent l, sound l -> sound (settle n reserved spent l).
Proof.
  intros n reserved spent l S. unfold settle.
  destruct (0 <=? reserved) eqn:R; simpl; auto. destruct (0 <=? spent) eqn:P; simpl; auto.
  apply Z.leb_le in R, P. apply change_sound; auto.
  intros a x _ _ [U W]. split; [|exact W]. unfold settled, ceiling in *. simpl. lia.
Qed.

Lemma revoke_sound : forall n l, sound l -> sound (revoke n l).
Proof. intros n l S. apply change_sound; auto. Qed.

Lemma set_pace_sound : forall n m length since taken l, sound l -> sound (snd (set_pace n m length since taken l)).
Proof.
  intros n m length since taken l S. unfold set_pace. destruct (find n l); auto.
  destruct (0 <=? m) eqn:M; simpl; auto. destruct (0 <? length); simpl; auto.
  destruct (0 <=? since); simpl; auto. destruct (0 <=? taken) eqn:T; simpl; auto.
  apply Z.leb_le in M, T. apply change_sound; auto.
  intros a x _ _ [U _]. split; [exact U|]. simpl. lia.
Qed.

Lemma find_new : forall n x m (l : ledger), find m ((n, x) :: l) = if Nat.eqb m n then Some x else find m l.
Proof. reflexivity. Qed.

Lemma allocate_sound : forall room n above most taken l, sound l -> sound (snd (allocate room n above most taken l)).
Proof.
  intros room n above most taken l [S P]. unfold allocate.
  destruct (match above with None => Some [] | Some a => _ end) as [line|] eqn:A; [|split; auto].
  destruct (find n l) eqn:N; [split; auto|].
  match goal with |- context [if ?c then _ else _] => destruct c eqn:C end; [|split; auto].
  rewrite !andb_true_iff in C. destruct C as [[[[T U] M] _] _]. apply Z.leb_le in T, U.
  assert (L : forall a, In a line -> find a l <> None).
  { destruct above as [a|]; [|inversion A; subst; easy].
    destruct (find a l) as [x|] eqn:E; [|easy]. inversion A; subst.
    intros b [I|I]; [subst; congruence|eauto]. }
  simpl. split.
  - intros m x F. rewrite find_new in F. destruct (Nat.eqb m n); eauto. inversion F; subst.
    split; simpl; auto. unfold ceiling. simpl. destruct most as [k|].
    + apply andb_true_iff in M. destruct M as [M _]. apply Z.leb_le in M. lia.
    + lia.
  - intros m x a F I. rewrite find_new in F. rewrite find_new. destruct (Nat.eqb a n); [easy|].
    destruct (Nat.eqb m n); [inversion F; subst; auto|eauto].
Qed.

Lemma free_sound : forall n l, sound l -> sound (snd (free n l)).
Proof.
  intros n l [S P]. unfold free. destruct (find n l); [|split; auto].
  destruct (existsb (fun entry => has n (ancestors (snd entry))) l) eqn:C; [split; auto|]. simpl. split.
  - intros m x F. rewrite find_filter in F. destruct (Nat.eqb n m); [easy|eauto].
  - intros m x a F I. rewrite find_filter in *. destruct (Nat.eqb n m); [easy|].
    destruct (Nat.eqb_spec n a); [|eauto]. subst.
    assert (existsb (fun entry => has a (ancestors (snd entry))) l = true); [|congruence].
    apply existsb_exists. exists (m, x). split; [now apply find_in|]. now apply has_in.
Qed.

Lemma apply_sound : forall room o l, sound l -> sound (apply room o l).
Proof.
  intros room o l S. destruct o; simpl.
  - now apply take_sound.
  - now apply settle_sound.
  - now apply revoke_sound.
  - now apply set_pace_sound.
  - now apply allocate_sound.
  - now apply free_sound.
Qed.

Lemma run_sound : forall room operations l, sound l -> sound (run room operations l).
Proof.
  intros room operations. induction operations as [|o operations IH]; intros l S; simpl; auto.
  apply IH. now apply apply_sound.
Qed.

Lemma empty_sound : sound [].
Proof. split; intros; easy. Qed.

(** Whatever is done in whatever order: no node is used beyond its limit, nor beyond its rate in a window. *)
Theorem never_over : forall room operations n x,
  find n (run room operations []) = Some x ->
  0 <= used x
  /\ (forall m, limit x = Some m -> used x <= m)
  /\ (forall r, pace x = Some r -> in_window r <= most r).
Proof.
  intros room operations n x F. destruct (run_sound room operations [] empty_sound) as [S _].
  destruct (S n x F) as [U W]. repeat split.
  - lia.
  - intros m L. unfold ceiling in U. rewrite L in U. lia.
  - intros r R. rewrite R in W. lia.
Qed.

(** ** Revocation *)

(** The node is not there, or it or an ancestor is revoked. *)
Definition dead (n : id) (l : ledger) : Prop :=
  match find n l with
  | None => True
  | Some x => exists a y, In a (n :: ancestors x) /\ find a l = Some y /\ revoked y = true
  end.

(** Revoking a node revokes everything below it. *)
Theorem revoked_with_all_below : forall n d l x,
  find d l = Some x -> In n (d :: ancestors x) -> find n l <> None -> dead d (revoke n l).
Proof.
  intros n d l x F I N. unfold dead, revoke. rewrite find_change, F. simpl.
  destruct (find n l) as [y|] eqn:E; [|easy].
  exists n. eexists. split; [|split].
  - destruct ((d =? n)%nat || false); exact I.
  - rewrite find_change, E. simpl. rewrite Nat.eqb_refl. simpl. reflexivity.
  - reflexivity.
Qed.

Theorem the_dead_are_refused : forall n amount now l, dead n l -> check n amount now l = Revoked.
Proof.
  intros n amount now l D. unfold check. destruct (line n l) as [xs|] eqn:L; auto.
  assert (R : existsb revoked xs = true).
  { unfold dead in D. pose proof (line_nodes _ _ _ L) as [K _]. unfold line, line_ids in *.
    destruct (find n l) as [x|]; [|easy]. destruct D as (a & y & I & F & R).
    destruct (K a I) as (z & G & J). rewrite G in F. inversion F; subst.
    apply existsb_exists. eauto. }
  now rewrite R.
Qed.

Lemma dead_change : forall ids f l n,
  (forall x, ancestors (f x) = ancestors x) -> (forall x, revoked x = true -> revoked (f x) = true) ->
  dead n l -> dead n (change ids f l).
Proof.
  intros ids f l n A R D. unfold dead in *. rewrite find_change. destruct (find n l) as [x|]; simpl; auto.
  destruct D as (a & y & I & F & V). exists a. eexists. split; [|split].
  - destruct (has n ids); [rewrite A|]; exact I.
  - rewrite find_change, F. reflexivity.
  - destruct (has a ids); auto.
Qed.

Definition makes (n : id) (o : operation) : Prop := match o with Allocate m _ _ _ => m = n | _ => False end.

Lemma dead_apply : forall room o l n, sound l -> ~ makes n o -> dead n l -> dead n (apply room o l).
Proof.
  intros room o l n [S P] M D. destruct o; simpl in *.
  - unfold take. destruct (check n0 amount now l); auto. apply dead_change; auto.
  - unfold settle. destruct ((0 <=? reserved) && (0 <=? spent)); auto. apply dead_change; auto.
  - apply dead_change; auto.
  - unfold set_pace. destruct (find n0 l); auto.
    destruct ((0 <=? most0) && (0 <? length) && (0 <=? since) && (0 <=? taken)); auto. apply dead_change; auto.
  - unfold allocate. destruct (match above with None => Some [] | Some a => _ end); auto.
    destruct (find n0 l) eqn:N; auto. match goal with |- context [if ?c then _ else _] => destruct c end; auto.
    cbn [snd]. unfold dead in *. rewrite find_new. destruct (Nat.eqb_spec n n0); [congruence|].
    destruct (find n l) as [x|] eqn:F; auto. destruct D as (a & y & I & G & R). exists a, y.
    repeat split; auto. rewrite find_new. destruct (Nat.eqb_spec a n0); auto. subst.
    rewrite N in G. easy.
  - unfold free. destruct (find n0 l); auto.
    destruct (existsb (fun entry => has n0 (ancestors (snd entry))) l) eqn:C; auto. cbn [snd].
    unfold dead in *. rewrite find_filter. destruct (Nat.eqb_spec n0 n); auto.
    destruct (find n l) as [x|] eqn:F; auto. destruct D as (a & y & I & G & R). exists a, y.
    repeat split; auto. rewrite find_filter. destruct (Nat.eqb_spec n0 a); auto. subst.
    assert (existsb (fun entry => has a (ancestors (snd entry))) l = true); [|congruence].
    apply existsb_exists. exists (n, x). split; [now apply find_in|]. apply has_in. simpl.
    destruct I as [I|I]; [congruence|exact I].
Qed.

(** What is revoked stays refused, whatever is done, as long as no other node gets its name. *)
Theorem revoked_forever : forall room before operations n amount now,
  dead n (run room before []) -> Forall (fun o => ~ makes n o) operations ->
  check n amount now (run room operations (run room before [])) = Revoked.
Proof.
  intros room before operations n amount now D M. apply the_dead_are_refused.
  assert (S : sound (run room before [])) by (apply run_sound, empty_sound).
  revert S D M. generalize (run room before []). induction operations as [|o operations IH]; intros l S D M; simpl; auto.
  inversion M; subst. apply IH; auto.
  - now apply apply_sound.
  - now apply dead_apply.
Qed.

(** ** Crashes

    What the core answers is on the disk before it answers; after a crash it begins with what is on the disk. A crash may come after
    the write and before the answer: that is then spent, though nobody was told. *)

Inductive event := Answered (o : operation) | Lost (o : operation) | Crashed.

Record machine := { memory : ledger; disk : ledger; acknowledged : id -> Z }.

Definition used_of (n : id) (l : ledger) : Z := match find n l with Some x => used x | None => 0 end.

(** What those who asked know to be used of a node: what they were told was taken, corrected as it was settled. *)
Definition acknowledge (o : operation) (answered : bool) (before after : ledger) (known : id -> Z) (n : id) : Z :=
  match o with
  | Take _ _ _ => if answered then known n + (used_of n after - used_of n before) else known n
  | Settle _ _ _ => known n + (used_of n after - used_of n before)
  | Allocate m _ _ _ =>
    if Nat.eqb n m then match find n before with None => 0 | Some _ => known n end else known n
  | _ => known n
  end.

Definition happens (room : nat) (s : machine) (e : event) : machine :=
  match e with
  | Answered o =>
    let l := apply room o (memory s) in
    {| memory := l; disk := l; acknowledged := acknowledge o true (memory s) l (acknowledged s) |}
  | Lost o =>
    let l := apply room o (memory s) in
    {| memory := l; disk := l; acknowledged := acknowledge o false (memory s) l (acknowledged s) |}
  | Crashed => {| memory := disk s; disk := disk s; acknowledged := acknowledged s |}
  end.

Definition begin : machine := {| memory := []; disk := []; acknowledged := fun _ => 0 |}.

Definition safe (s : machine) : Prop :=
  sound (memory s) /\ disk s = memory s
  /\ forall n x, find n (memory s) = Some x -> acknowledged s n <= used x.

Lemma take_grows : forall n amount now l m, sound l -> used_of m l <= used_of m (snd (take n amount now l)).
Proof.
  intros n amount now l m S. unfold take. destruct (check n amount now l) eqn:C; try (simpl; lia). cbn [snd].
  apply taken_check in C. destruct C as (xs & L & _ & C & _). apply line_nodes in L. destruct L as [L _].
  unfold used_of. rewrite find_change. destruct (find m l) as [x|] eqn:F; simpl; [|lia].
  destruct (has m (line_ids n l)) eqn:H; simpl; [|lia]. apply has_in in H. destruct (L m H) as (y & G & J).
  rewrite forallb_forall in C. specialize (C y J). rewrite G in F. inversion F; subst.
  unfold covers in C. apply andb_true_iff in C. destruct C as [C _]. apply Z.leb_le in C. lia.
Qed.

Lemma used_found : forall n l x, find n l = Some x -> used_of n l = used x.
Proof. intros n l x F. unfold used_of. now rewrite F. Qed.

Lemma still_there : forall room o l n x,
  find n (apply room o l) = Some x -> (exists y, find n l = Some y) \/ (find n l = None /\ makes n o).
Proof.
  intros room o l n x F. destruct (find n l) as [y|] eqn:E; [eauto|]. right. split; auto.
  destruct o; simpl in *.
  - unfold take in F. destruct (check n0 amount now l); simpl in F; try congruence. rewrite find_change, E in F. easy.
  - unfold settle in F. destruct ((0 <=? reserved) && (0 <=? spent)); [|congruence]. rewrite find_change, E in F. easy.
  - unfold revoke in F. rewrite find_change, E in F. easy.
  - unfold set_pace in F. destruct (find n0 l); simpl in F; [|congruence].
    destruct ((0 <=? most0) && (0 <? length) && (0 <=? since) && (0 <=? taken)); simpl in F; [|congruence].
    rewrite find_change, E in F. easy.
  - unfold allocate in F. destruct (match above with None => Some [] | Some a => _ end); simpl in F; [|congruence].
    destruct (find n0 l); simpl in F; [congruence|].
    match type of F with context [if ?c then _ else _] => destruct c end; simpl in F; [|congruence].
    destruct (Nat.eqb_spec n n0); congruence.
  - unfold free in F. destruct (find n0 l); simpl in F; [|congruence].
    destruct (existsb _ l); simpl in F; [congruence|]. rewrite find_filter, E in F. now destruct (Nat.eqb n0 n).
Qed.

Lemma untouched : forall room o l n y x,
  find n l = Some y -> find n (apply room o l) = Some x ->
  match o with Take _ _ _ | Settle _ _ _ => True | _ => used x = used y end.
Proof.
  intros room o l n y x E F. destruct o; simpl in *; auto.
  - unfold revoke in F. rewrite find_change, E in F. cbn [option_map] in F. injection F as F. rewrite <- F. now destruct ((n =? n0)%nat || false).
  - unfold set_pace in F. destruct (find n0 l); simpl in F; [|congruence].
    destruct ((0 <=? most0) && (0 <? length) && (0 <=? since) && (0 <=? taken)); simpl in F; [|congruence].
    rewrite find_change, E in F. cbn [option_map] in F. injection F as F. rewrite <- F. now destruct ((n =? n0)%nat || false).
  - unfold allocate in F. destruct (match above with None => Some [] | Some a => _ end); simpl in F; [|congruence].
    destruct (find n0 l) eqn:N; simpl in F; [congruence|].
    match type of F with context [if ?c then _ else _] => destruct c end; simpl in F; [|congruence].
    destruct (Nat.eqb_spec n n0); congruence.
  - unfold free in F. destruct (find n0 l); simpl in F; [|congruence].
    destruct (existsb _ l); simpl in F; [congruence|]. rewrite find_filter, E in F.
    destruct (Nat.eqb n0 n); congruence.
Qed.

Lemma operation_safe : forall room s o answered,
  safe s ->
  safe {| memory := apply room o (memory s); disk := apply room o (memory s);
          acknowledged := acknowledge o answered (memory s) (apply room o (memory s)) (acknowledged s) |}.
Proof.
  intros room s o answered (S & D & A). pose proof (apply_sound room o _ S) as T.
  split; [exact T|]. split; [reflexivity|]. cbn [memory acknowledged]. intros n x F.
  destruct (still_there _ _ _ _ _ F) as [[y E]|[E M]].
  - specialize (A n y E). pose proof (untouched room o _ n y x E F) as U.
    pose proof (used_found _ _ _ E) as UE. pose proof (used_found _ _ _ F) as UF.
    destruct o; simpl in *; try (rewrite U; lia).
    + pose proof (take_grows n0 amount now _ n S). destruct answered; lia.
    + lia.
    + rewrite U. destruct (Nat.eqb n n0); [rewrite E|]; lia.
  - destruct o; simpl in M; try easy. subst. simpl. rewrite Nat.eqb_refl, E.
    destruct T as [T _]. destruct (T n x F) as [[U _] _]. exact U.
Qed.

Lemma happens_safe : forall room s e, safe s -> safe (happens room s e).
Proof.
  intros room s e H. destruct e; simpl.
  - now apply operation_safe.
  - now apply operation_safe.
  - destruct H as (S & D & A). unfold safe. simpl. rewrite D. auto.
Qed.

(** Over every interleaving of operations and crashes: what was acknowledged is within what is on the disk, and that within the limit. *)
Theorem acknowledged_within_durable_within_limit : forall room events n x,
  let s := fold_left (happens room) events begin in
  find n (disk s) = Some x ->
  acknowledged s n <= used x /\ forall m, limit x = Some m -> used x <= m.
Proof.
  intros room events n x s F.
  assert (H : safe s).
  { subst s. assert (B : safe begin) by (repeat split; intros; easy). revert B. generalize begin. clear F.
    induction events as [|e events IH]; intros s B; simpl; auto. apply IH. now apply happens_safe. }
  destruct H as ([S _] & D & A). rewrite D in F. split; [auto|].
  intros m L. destruct (S n x F) as [U _]. unfold ceiling in U. rewrite L in U. lia.
Qed.
