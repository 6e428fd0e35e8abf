package ambit.attacks.hostile;

import java.util.List;

/** Attacks of one kind, under a heading of the table. */
record Group(String title, List<Attack> attacks) {}
