(** What is proved of Constraints.v. *)
From Coq Require Import Ascii Bool List String ZArith Lia Permutation.
From Ambit Require Import Bytes Readings Constraints.
Import ListNotations.
Open Scope Z_scope.

(** * Chains *)

Lemma first_objection_allowed : forall objects chain n,
  first_objection objects n chain = Allowed <-> Forall (fun b => objects b = None) chain.
Proof.
  intros objects chain. induction chain as [|b chain IH]; intro n; simpl.
  - split; auto.
  - destruct (objects b) as [[why item]|] eqn:E.
    + split; [easy|]. intro F. inversion F. congruence.
    + rewrite IH. split; intro F; [now constructor | now inversion F].
Qed.

Definition allows (now : Z) (received : list sighting) (arguments : list argument) (b : block) : Prop :=
  at_time now b = None /\ objection received arguments b = None.

(** A chain allows a call exactly where every block of it does. *)
Theorem allowed_by_every_block : forall now received arguments chain,
  evaluate now received arguments chain = Allowed <-> Forall (allows now received arguments) chain.
Proof.
  intros now received arguments chain. unfold evaluate, allows.
  assert (T : evaluate_time now chain = Allowed <-> Forall (fun b => at_time now b = None) chain).
  { unfold evaluate_time. rewrite first_objection_allowed.
    split; apply Forall_impl; intros b H; destruct (at_time now b); easy. }
  destruct (evaluate_time now chain) eqn:E.
  - rewrite first_objection_allowed. split; intro F.
    + apply Forall_and; [now apply T | exact F].
    + apply (Forall_impl _ (fun b H => proj2 H) F).
  - split; [easy|]. intro F.
    assert (A : Forall (fun b => at_time now b = None) chain) by (apply (Forall_impl _ (fun b H => proj1 H) F)).
    apply T in A. congruence.
Qed.

(** A chain that a block is added to allows only what it allowed before. *)
Theorem attenuation_sound : forall now received arguments chain b,
  evaluate now received arguments (chain ++ [b]) = Allowed -> evaluate now received arguments chain = Allowed.
Proof.
  intros now received arguments chain b. rewrite !allowed_by_every_block, Forall_app. tauto.
Qed.

(** However many blocks are added, and whatever they say. *)
Theorem chain_sound : forall now received arguments chain more,
  evaluate now received arguments (chain ++ more) = Allowed -> evaluate now received arguments chain = Allowed.
Proof.
  intros now received arguments chain more. rewrite !allowed_by_every_block, Forall_app. tauto.
Qed.

(** At any depth: no block allows what some block above it, or below it, refuses. *)
Theorem no_block_is_passed : forall now received arguments chain b,
  In b chain -> evaluate now received arguments [b] <> Allowed -> evaluate now received arguments chain <> Allowed.
Proof.
  intros now received arguments chain b I R A. apply R.
  rewrite allowed_by_every_block in *. rewrite Forall_forall in *.
  intros c [E|[]]. subst. auto.
Qed.

(** The order of the blocks decides who refuses, never whether. *)
Theorem order_is_irrelevant : forall now received arguments chain other,
  Permutation chain other -> evaluate now received arguments chain = Allowed -> evaluate now received arguments other = Allowed.
Proof.
  intros now received arguments chain other P. rewrite !allowed_by_every_block. now apply Permutation_Forall.
Qed.

Lemma first_objection_first : forall objects chain n why m item,
  first_objection objects n chain = Refused why m item ->
  exists above b below, chain = above ++ b :: below /\ m = (n + List.length above)%nat
    /\ Forall (fun b => objects b = None) above /\ objects b = Some (why, item).
Proof.
  intros objects chain. induction chain as [|b chain IH]; intros n why m item H; simpl in H; [easy|].
  destruct (objects b) as [[w i]|] eqn:E.
  - inversion H; subst. exists [], b, chain. simpl. rewrite Nat.add_0_r. auto.
  - apply IH in H. destruct H as (above & c & below & H & M & F & O).
    exists (b :: above), c, below. split; [simpl; congruence|]. split; [simpl; lia|]. auto.
Qed.

(** A refusal names the first block that refuses, and why. *)
Theorem refused_by_the_first : forall now received arguments chain why m item,
  evaluate now received arguments chain = Refused why m item ->
  exists above b below, chain = above ++ b :: below /\ m = List.length above
    /\ Forall (fun b => at_time now b = None) above
    /\ (at_time now b = Some why
        \/ evaluate_time now chain = Allowed /\ Forall (allows now received arguments) above
           /\ objection received arguments b = Some (why, item)).
Proof.
  intros now received arguments chain why m item. unfold evaluate. destruct (evaluate_time now chain) eqn:E; intro H.
  - apply first_objection_first in H. destruct H as (above & b & below & H & M & F & O).
    exists above, b, below. subst chain.
    assert (T : Forall (fun b => at_time now b = None) (above ++ b :: below)).
    { unfold evaluate_time in E. apply first_objection_allowed in E.
      apply (Forall_impl _) with (2 := E). intros c C. destruct (at_time now c); easy. }
    apply Forall_app in T. destruct T as [T _].
    repeat split; auto. right. repeat split; auto. now apply Forall_and.
  - inversion H; subst. unfold evaluate_time in E. apply first_objection_first in E.
    destruct E as (above & b & below & C & M & F & O). exists above, b, below.
    repeat split; auto.
    + apply (Forall_impl _) with (2 := F). intros c D. destruct (at_time now c); easy.
    + left. destruct (at_time now b); simpl in O; congruence.
Qed.

(** Time is half open, and no block without the right to use is passed. *)
Theorem in_time : forall now b,
  at_time now b = None <-> may_use b = true /\ not_before b <= now < expires b.
Proof.
  intros now b. unfold at_time. destruct (may_use b); simpl.
  - destruct (now <? not_before b) eqn:N; [apply Z.ltb_lt in N | apply Z.ltb_ge in N].
    + split; [easy|]. lia.
    + destruct (now <? expires b) eqn:X; [apply Z.ltb_lt in X | apply Z.ltb_ge in X]; split; try easy; lia.
  - split; easy.
Qed.

(** * One block *)

Lemma first_not_none : forall (A : Type) (ok : A -> bool) list,
  first_not ok list = None <-> forall x, In x list -> ok x = true.
Proof.
  intros A ok list. induction list as [|x list IH]; simpl.
  - split; easy.
  - destruct (ok x) eqn:E.
    + destruct (first_not ok list); simpl.
      * split; [easy|]. intro H. assert (Some n = None) by (apply IH; auto). easy.
      * split; [|easy]. intros _ y [I|I]; [congruence|]. now apply IH.
    + split; [easy|]. intro H. assert (ok x = true) by auto. congruence.
Qed.

(** The rules of a block, as the page has them. *)
Definition rules (received : list sighting) (arguments : list argument) (b : block) : Prop :=
  (forall c a, In c (constraints b) -> In a arguments -> tolerates received c a = true)
  /\ (forall c n, In c (constraints b) -> cond c = Max_length n ->
        Z.of_nat (List.length (filter (is_element c) arguments)) <= n)
  /\ (forall c, In c (constraints b) -> optional c = false -> cond c <> Absent ->
        exists a, In a arguments /\ there c a = true)
  /\ (closed b = true -> forall a, In a arguments -> exists c, In c (constraints b) /\ names c a = true).

Theorem block_allows_by_the_rules : forall received arguments b, objection received arguments b = None <-> rules received arguments b.
Proof.
  intros received arguments b. unfold objection.
  assert (R : first_not (respected received arguments) (constraints b) = None <->
    (forall c a, In c (constraints b) -> In a arguments -> tolerates received c a = true)
    /\ (forall c n, In c (constraints b) -> cond c = Max_length n ->
          Z.of_nat (List.length (filter (is_element c) arguments)) <= n)).
  { rewrite first_not_none. unfold respected. split.
    - intro H. split.
      + intros c a C A. apply H in C. apply andb_true_iff in C. destruct C as [C _].
        rewrite forallb_forall in C. auto.
      + intros c n C N. apply H in C. apply andb_true_iff in C. destruct C as [_ C].
        unfold bounds in C. rewrite N in C. now apply Z.leb_le.
    - intros [T B] c C. apply andb_true_iff. split.
      + rewrite forallb_forall. auto.
      + unfold bounds. destruct (cond c) eqn:N; try easy. apply Z.leb_le. eauto. }
  assert (P : first_not (present arguments) (constraints b) = None <->
    (forall c, In c (constraints b) -> optional c = false -> cond c <> Absent ->
        exists a, In a arguments /\ there c a = true)).
  { rewrite first_not_none. unfold present. split.
    - intros H c C O N. apply H in C. rewrite O in C. simpl in C.
      destruct (cond c); try (now destruct N); now apply existsb_exists.
    - intros H c C. destruct (optional c) eqn:O; [easy|]. simpl.
      destruct (cond c) eqn:N; try easy; apply existsb_exists; apply H; auto; congruence. }
  assert (K : (if closed b then option_map (pair ARGUMENT_NOT_NAMED) (first_not (known (constraints b)) arguments)
               else None) = None <->
    (closed b = true -> forall a, In a arguments -> exists c, In c (constraints b) /\ names c a = true)).
  { destruct (closed b).
    - transitivity (first_not (known (constraints b)) arguments = None).
      { destruct (first_not (known (constraints b)) arguments); simpl; split; easy. }
      rewrite first_not_none. unfold known. split.
      + intros H _ a A. apply H in A. now apply existsb_exists in A.
      + intros H a A. apply existsb_exists. auto.
    - split; easy. }
  unfold rules. destruct (first_not (respected received arguments) (constraints b)).
  { split; [easy|]. intros (T & B & _). assert (Some n = None) by now apply R. easy. }
  destruct (first_not (present arguments) (constraints b)).
  { split; [easy|]. intros (_ & _ & Q & _). assert (Some n = None) by now apply P. easy. }
  rewrite K. split.
  - intro N. destruct (proj1 R eq_refl). repeat split; auto. now apply P.
  - intros (_ & _ & _ & N). exact N.
Qed.

(** Rule 4: no other shape slips past a constraint, be the block open and the constraint optional. *)
Theorem no_shape_slips_past : forall received arguments b c a,
  objection received arguments b = None -> In c (constraints b) -> In a arguments -> cond c <> Any ->
  match relate (named c) (a_path a) with
  | At => accepts received (cond c) a = true
  | Below further => further = [star] /\ satisfies_element (cond c) (a_value a) = true
  | Above => cond c = Absent \/ a_value a = Empty
  | Mismatch => False
  | Beside => True
  end.
Proof.
  intros received arguments b c a O C A N. apply block_allows_by_the_rules in O. destruct O as [T _].
  specialize (T c a C A). unfold tolerates in T.
  destruct (relate (named c) (a_path a)) as [|further| | |] eqn:R; auto.
  - destruct (cond c); try easy.
  - destruct further as [|x [|y further]]; destruct (cond c); try easy;
      apply andb_true_iff in T; destruct T as [E S]; try easy; apply beq_eq in E; subst; auto.
  - destruct (cond c); auto; right; unfold is_empty in T; now destruct (a_value a).
  - now destruct (cond c).
Qed.

(** Rule 5. *)
Theorem the_unknown_refuses : forall v, satisfies Never v = false /\ satisfies_element Never v = false.
Proof. intro v. now destruct v. Qed.

Theorem unknown_numbers_are_never : forall number os, ~ 1 <= number <= 16 -> condition_of number os = Never.
Proof.
  intros number os N. destruct number as [|p|p]; [easy| |easy].
  do 5 (try destruct p as [p|p|]); try easy; exfalso; apply N; lia.
Qed.

(** In an open block, a further constraint only refuses more. *)
Theorem further_constraints_refuse_more : forall received arguments b more,
  closed b = false ->
  objection received arguments {| not_before := not_before b; expires := expires b; may_use := may_use b; closed := false;
                         constraints := constraints b ++ more |} = None ->
  objection received arguments b = None.
Proof.
  intros received arguments b more O. rewrite !block_allows_by_the_rules. unfold rules. simpl.
  intros (T & B & P & _). repeat split.
  - intros. apply T; auto. apply in_or_app. auto.
  - intros. eapply B; eauto. apply in_or_app. auto.
  - intros. apply P; auto. apply in_or_app. auto.
  - congruence.
Qed.

(** * Paths of arguments: no two places in the parameters have the same path *)

Definition tilde : ascii := "~".

Definition escaped (c : ascii) : bytes :=
  if Ascii.eqb c tilde then lit "~0" else if Ascii.eqb c slash then lit "~1" else [c].

Lemma escaped_no_slash : forall c, ~ In slash (escaped c).
Proof.
  intros c I. unfold escaped in I. destruct (Ascii.eqb c tilde) eqn:T.
  - simpl in I. destruct I as [I|[I|[]]]; discriminate I.
  - destruct (Ascii.eqb c slash) eqn:S.
    + simpl in I. destruct I as [I|[I|[]]]; discriminate I.
    + destruct I as [I|[]]. subst. now rewrite Ascii.eqb_refl in S.
Qed.

Lemma escape_cases : forall name,
  (name = star /\ escape name = lit "~2") \/ (name <> star /\ escape name = flat_map escaped name).
Proof.
  intro name. unfold escape. destruct (beq name star) eqn:E.
  - left. apply beq_eq in E. auto.
  - right. split; auto. intro H. subst. now rewrite beq_refl in E.
Qed.

Theorem escape_has_no_slash : forall name, ~ In slash (escape name).
Proof.
  intros name I. destruct (escape_cases name) as [[_ E]|[_ E]]; rewrite E in I.
  - simpl in I. destruct I as [I|[I|[]]]; discriminate I.
  - apply in_flat_map in I. destruct I as (c & _ & I). now apply escaped_no_slash in I.
Qed.

Lemma escaped_head : forall a b x y,
  escaped a ++ x = escaped b ++ y -> a = b /\ x = y.
Proof.
  intros a b x y. unfold escaped.
  destruct (Ascii.eqb_spec a tilde), (Ascii.eqb_spec b tilde); subst; simpl; intro H.
  - inversion H. auto.
  - destruct (Ascii.eqb_spec b slash); subst; simpl in H; inversion H; try easy; now subst.
  - destruct (Ascii.eqb_spec a slash); subst; simpl in H; inversion H; try easy; now subst.
  - destruct (Ascii.eqb_spec a slash), (Ascii.eqb_spec b slash); subst; simpl in H; inversion H; subst; auto; now destruct n.
Qed.

Lemma escaped_not_nil : forall c, escaped c <> [].
Proof. intro c. unfold escaped. destruct (Ascii.eqb c tilde), (Ascii.eqb c slash); easy. Qed.

Lemma flat_escaped_injective : forall a b, flat_map escaped a = flat_map escaped b -> a = b.
Proof.
  induction a as [|x a IH]; destruct b as [|y b]; intro H; auto.
  - exfalso. simpl in H. symmetry in H. apply app_eq_nil in H. now apply escaped_not_nil with y.
  - exfalso. simpl in H. apply app_eq_nil in H. now apply escaped_not_nil with x.
  - simpl in H. apply escaped_head in H. destruct H as [E F]. subst. f_equal. auto.
Qed.

Lemma escaped_never_two : forall name, flat_map escaped name <> lit "~2".
Proof.
  destruct name as [|c name]; [easy|]. simpl. intro H. unfold escaped in H.
  destruct (Ascii.eqb_spec c tilde); [discriminate H|].
  destruct (Ascii.eqb_spec c slash); [discriminate H|].
  inversion H. easy.
Qed.

Theorem escape_injective : forall a b, escape a = escape b -> a = b.
Proof.
  intros a b H.
  destruct (escape_cases a) as [[A E]|[A E]], (escape_cases b) as [[B F]|[B F]]; rewrite E, F in H.
  - congruence.
  - exfalso. symmetry in H. now apply escaped_never_two in H.
  - exfalso. now apply escaped_never_two in H.
  - now apply flat_escaped_injective.
Qed.

(** No member's name is taken for the elements of a list. *)
Theorem escape_is_not_star : forall name, escape name <> star.
Proof.
  intros name H. destruct (escape_cases name) as [[_ E]|[N E]]; rewrite E in H; [easy|].
  destruct name as [|c [|d name]]; simpl in H.
  - easy.
  - rewrite app_nil_r in H. unfold escaped in H.
    destruct (Ascii.eqb_spec c tilde); [easy|]. destruct (Ascii.eqb_spec c slash); [easy|].
    apply N. congruence.
  - assert (L : (List.length (escaped c ++ escaped d ++ flat_map escaped name) = 1)%nat) by (now rewrite H).
    rewrite !app_length in L.
    pose proof (escaped_not_nil c). pose proof (escaped_not_nil d).
    destruct (escaped c); [easy|]. destruct (escaped d); [easy|]. simpl in L. lia.
Qed.

(** A step of a path: a member's escaped name, or [*]. *)
Definition step (s : bytes) : Prop := s = star \/ exists name, s = escape name.

(** A path that is written with slashes and read again is what it was. *)
Theorem path_read_as_written : forall p : path, p <> [] -> Forall step p -> read_path (join slash p) = p.
Proof.
  intros p N F. apply split_join; auto. apply (Forall_impl _) with (2 := F).
  intros s [S|[name S]]; subst.
  - simpl. intros [I|[]]. discriminate I.
  - apply escape_has_no_slash.
Qed.

(** * Types of constraint *)

(** Clean paths have one reading: what is written is its segments, none of which leads elsewhere. *)
Theorem clean_path_reading : forall text segments,
  clean_path text = Some segments ->
  Forall (fun s => s <> [] /\ s <> lit "." /\ s <> lit ".." /\ ~ In nul s /\ ~ In backslash s) segments
  /\ (segments = [] -> text = [slash]) /\ (segments <> [] -> split slash text = [] :: segments).
Proof.
  intros text segments H. unfold clean_path in H.
  destruct text as [|c rest]; [easy|]. destruct (Ascii.eqb_spec c slash); [|easy]. subst.
  destruct rest as [|d rest].
  - inversion H; subst. repeat split; auto. easy.
  - remember (d :: rest) as below. destruct (forallb clean_segment (split slash below)) eqn:C; [|easy].
    inversion H; subst segments. split; [|split].
    + rewrite forallb_forall in C. apply Forall_forall. intros s I. apply C in I.
      unfold clean_segment in I. rewrite !andb_true_iff, !negb_true_iff, !orb_false_iff in I.
      destruct I as [[[[A B] D] Nn] Nb].
      assert (Ne : forall (x : ascii) l, existsb (Ascii.eqb x) l = false -> ~ In x l).
      { intros x l E J. assert (existsb (Ascii.eqb x) l = true).
        { apply existsb_exists. exists x. split; auto. apply Ascii.eqb_refl. } congruence. }
      repeat split; auto; intro; subst; now rewrite beq_refl in *.
    + intro E. now destruct (split_not_nil slash below).
    + intros _. reflexivity.
Qed.

Theorem under_means_at_or_below : forall base v,
  satisfies (Under base) v = true <->
  exists text further, v = Str text /\ clean_path text = Some (base ++ further).
Proof.
  intros base v. destruct v; simpl; try (split; [easy|intros (t & f & E & _); easy]).
  destruct (clean_path text) as [segments|] eqn:C.
  - rewrite leads_spec. split.
    + intros [rest R]. subst. eauto.
    + intros (t & f & E & P). inversion E; subst. rewrite C in P. inversion P. eauto.
  - split; [easy|]. intros (t & f & E & P). inversion E; subst. congruence.
Qed.

Theorem prefix_means_begins_with : forall prefix v,
  satisfies (Prefix prefix) v = true <-> exists rest, v = Str (prefix ++ rest).
Proof.
  intros prefix v. destruct v; simpl; try (split; [easy|intros [r E]; easy]).
  rewrite starts_spec. split; intros [rest E].
  - subst. eauto.
  - inversion E. eauto.
Qed.

(** What a pattern matches. *)
Inductive matched : list token -> bytes -> Prop :=
| nothing : matched [] []
| itself : forall c pattern text, matched pattern text -> matched (Byte c :: pattern) (c :: text)
| one : forall c pattern text, c <> slash -> matched pattern text -> matched (One :: pattern) (c :: text)
| run : forall part pattern text, ~ In slash part -> matched pattern text -> matched (Run :: pattern) (part ++ text)
| run_any : forall part pattern text, matched pattern text -> matched (Run_any :: pattern) (part ++ text).

Theorem glob_means_matched : forall pattern text, matches pattern text = true <-> matched pattern text.
Proof.
  induction pattern as [|t pattern IH]; intro text.
  - simpl. rewrite beq_eq. split; intro H; [subst; constructor | now inversion H].
  - destruct t as [c| | |].
    + simpl. destruct text as [|d text]; [split; [easy|intro H; inversion H]|].
      rewrite andb_true_iff, Ascii.eqb_eq, IH. split.
      * intros [E M]. subst. now constructor.
      * intro H. inversion H; subst. auto.
    + simpl. destruct text as [|d text]; [split; [easy|intro H; inversion H]|].
      rewrite andb_true_iff, negb_true_iff, IH. split.
      * intros [E M]. constructor; auto. intro. subst. now rewrite Ascii.eqb_refl in E.
      * intro H. inversion H; subst. split; auto. now apply Ascii.eqb_neq.
    + split.
      * induction text as [|d text R]; intro H; simpl in H; apply orb_true_iff in H; destruct H as [H|H].
        -- apply (run []); [easy|]. now apply IH.
        -- easy.
        -- apply (run []); [easy|]. now apply IH.
        -- apply andb_true_iff in H. destruct H as [D H]. apply R in H. inversion H; subst.
           apply (run (d :: part)); auto. intros [E|I]; auto. subst. discriminate D.
      * intro H. inversion H; subst. clear H.
        match goal with P : ~ In slash part |- _ => rename P into N end.
        induction part as [|d part R].
        -- simpl. destruct text0; simpl; apply orb_true_iff; left; now apply IH.
        -- simpl. apply orb_true_iff. right. apply andb_true_iff. split.
           ++ apply negb_true_iff. apply Ascii.eqb_neq. intro. subst. apply N. now left.
           ++ apply R. intro I. apply N. now right.
    + split.
      * induction text as [|d text R]; intro H; simpl in H; apply orb_true_iff in H; destruct H as [H|H].
        -- apply (run_any []). now apply IH.
        -- easy.
        -- apply (run_any []). now apply IH.
        -- apply R in H. inversion H; subst. now apply (run_any (d :: part)).
      * intro H. inversion H; subst. clear H.
        induction part as [|d part R].
        -- simpl. destruct text0; simpl; apply orb_true_iff; left; now apply IH.
        -- simpl. apply orb_true_iff. right. apply R.
Qed.

(** An address lies in a network where it has the same bits as that, as far as they count. *)
Theorem cidr_means_the_same_bits : forall address n,
  0 <= counted n <= 128 ->
  in_network address n = true <-> forall i, 128 - counted n <= i -> Z.testbit address i = Z.testbit (base n) i.
Proof.
  intros address n C. unfold in_network. rewrite Z.eqb_eq, <- !Z.shiftr_div_pow2 by lia. split.
  - intros E i I. replace i with ((i - (128 - counted n)) + (128 - counted n)) by lia.
    rewrite <- !Z.shiftr_spec by lia. now rewrite E.
  - intro H. apply Z.bits_inj'. intros j J. rewrite !Z.shiftr_spec by lia. apply H. lia.
Qed.

(** A host's name never satisfies the names below it. *)
Theorem a_host_is_not_below_itself : forall host, is_host host (Below_host host) = false.
Proof. intro host. unfold is_host. rewrite Nat.ltb_irrefl. apply andb_false_r. Qed.

(** Whatever satisfies [subset] or [max_length] as an element is a plain value or, for [subset], one of the operands. *)
Theorem elements_are_plain : forall c v, satisfies_element c v = true -> v <> Empty.
Proof.
  intros c v H E. subst. destruct c; simpl in H; try easy.
  induction os as [|o os IH]; simpl in H; auto. easy.
Qed.

(** * What was received *)

(** Where a value must have been received, it was, and fewer calls than granted have acted on it. *)
Theorem only_what_was_received : forall now received arguments chain b c a from times,
  evaluate now received arguments chain = Allowed -> In b chain -> In c (constraints b) -> cond c = From from times ->
  In a arguments -> relate (named c) (a_path a) = At ->
  exists s, In s received /\ source s = from /\ seen s = digest a /\ (times = 0 \/ acted s < times).
Proof.
  intros now received arguments chain b c a from times E B C F A R.
  rewrite allowed_by_every_block, Forall_forall in E. destruct (E b B) as [_ O].
  assert (N : cond c <> Any) by congruence.
  pose proof (no_shape_slips_past received arguments b c a O C A N) as P. rewrite R, F in P. simpl in P.
  apply existsb_exists in P. destruct P as (s & I & V). exists s. split; auto.
  unfold serves, fresh in V. rewrite !andb_true_iff, orb_true_iff, !beq_eq, Z.eqb_eq, !Z.ltb_lt in V. tauto.
Qed.

Lemma first_index_some : forall (A : Type) (ok : A -> bool) list,
  existsb ok list = true -> exists i x, first_index ok list = Some i /\ nth_error list i = Some x /\ ok x = true.
Proof.
  intros A ok list. induction list as [|y list IH]; simpl; intro H; [easy|].
  destruct (ok y) eqn:O.
  - exists 0%nat, y. auto.
  - simpl in H. destruct (IH H) as (i & x & F & N & X). exists (S i), x. rewrite F. auto.
Qed.

(** How many calls more what was received from there serves. *)
Definition remaining (from d : bytes) (times : Z) (received : list sighting) : Z :=
  fold_right (fun s rest => (if beq (source s) from && beq (seen s) d then Z.max 0 (times - acted s) else 0) + rest) 0 received.

Lemma count_no_more : forall from d times indices received i,
  remaining from d times (count indices i received) <= remaining from d times received.
Proof.
  intros from d times indices received. induction received as [|s received IH]; intro i; simpl; [lia|].
  specialize (IH (S i)). destruct (existsb (Nat.eqb i) indices && (acted s <? largest)); simpl;
    destruct (beq (source s) from && beq (seen s) d); lia.
Qed.

Lemma count_one_less : forall from d times indices received i j s,
  In (i + j)%nat indices -> nth_error received j = Some s -> serves from d times s = true -> 0 < times ->
  remaining from d times (count indices i received) + 1 <= remaining from d times received.
Proof.
  intros from d times indices received. induction received as [|r received IH]; intros i j s I N V T.
  - now destruct j.
  - destruct j as [|j]; simpl in N.
    + inversion N; subst. rewrite Nat.add_0_r in I.
      assert (X : existsb (Nat.eqb i) indices = true).
      { apply existsb_exists. exists i. split; auto. apply Nat.eqb_refl. }
      unfold serves, fresh in V. rewrite !andb_true_iff, orb_true_iff, Z.eqb_eq, !Z.ltb_lt in V.
      destruct V as [[A B] [C D]]. pose proof (count_no_more from d times indices received (S i)) as M.
      apply Z.ltb_lt in C. cbn [count remaining fold_right]. rewrite X, C, A, B. cbn [andb source seen acted].
      rewrite A, B. cbn [andb]. fold (remaining from d times (count indices (S i) received)).
      fold (remaining from d times received). lia.
    + assert (K : remaining from d times (count indices (S i) received) + 1 <= remaining from d times received).
      { apply (IH (S i) j s); auto. now rewrite Nat.add_succ_l, <- Nat.add_succ_r. }
      simpl. destruct (existsb (Nat.eqb i) indices && (acted r <? largest)); simpl;
        destruct (beq (source r) from && beq (seen r) d); lia.
Qed.

(** Each call that acts on a value which serves a number of calls leaves one less: there are never more than granted. *)
Theorem each_call_is_counted : forall now received arguments chain b c a from times,
  evaluate now received arguments chain = Allowed -> In b chain -> In c (constraints b) -> cond c = From from times ->
  0 < times -> In a arguments -> relate (named c) (a_path a) = At ->
  0 <= remaining from (digest a) times (act arguments chain received) < remaining from (digest a) times received.
Proof.
  intros now received arguments chain b c a from times E B C F T A R.
  rewrite allowed_by_every_block, Forall_forall in E. destruct (E b B) as [_ O].
  assert (N : cond c <> Any) by congruence.
  pose proof (no_shape_slips_past received arguments b c a O C A N) as P. rewrite R, F in P. simpl in P.
  destruct (first_index_some _ _ _ P) as (i & s & X & Y & V).
  assert (I : In (0 + i)%nat (acts_on received arguments chain)).
  { simpl. unfold acts_on. apply in_flat_map. exists b. split; auto. apply in_flat_map. exists c. split; auto.
    unfold counted_by. rewrite F. apply Z.ltb_lt in T. rewrite T. apply in_flat_map. exists a. split; auto.
    rewrite R, X. simpl. auto. }
  split.
  - unfold remaining. induction (act arguments chain received) as [|y ys IH]; simpl; [lia|].
    destruct (beq (source y) from && beq (seen y) (digest a)); lia.
  - pose proof (count_one_less from (digest a) times _ received 0 i s I Y V T). unfold act. lia.
Qed.
