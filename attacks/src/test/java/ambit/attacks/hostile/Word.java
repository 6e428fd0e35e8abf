package ambit.attacks.hostile;

import ambit.wire.AdminToCore;
import ambit.wire.Blob;
import ambit.wire.Bounds.Max;
import ambit.wire.Cbor;
import ambit.wire.CoreToAdmin;
import ambit.wire.Cose.Domain;
import ambit.wire.Limits;
import ambit.wire.MalformedException;
import java.io.IOException;

/** What the hostile broker says to the test: what honest people are to do meanwhile, and what came of it. */
sealed interface Word extends Cbor.Message {
    record Key(String who) implements Word {}

    record Sign(String who, String domain, Blob payload) implements Word {}

    record Command(Blob question) implements Word {}

    record Effects(String word) implements Word {}

    record Shows(Honest.Claim claim) implements Word {}

    record Prepared(Blob prepared) implements Word {}

    record Struck(boolean succeeded, @Max(Limits.SENTENCE) String answer) implements Word {}

    /** The attack could not be made. */
    record Broken(@Max(Limits.PATH) String why) implements Word {}

    static Word fromCbor(Cbor cbor) throws MalformedException {
        return Cbor.parse(Word.class, cbor);
    }

    /** Honest people at the other end of a line. */
    record Far(Line line) implements Honest {
        @Override
        public Blob key(String who) throws IOException {
            return bytes(new Key(who));
        }

        @Override
        public Blob sign(String who, Domain domain, Blob payload) throws IOException {
            return bytes(new Sign(who, domain.name(), payload));
        }

        @Override
        public CoreToAdmin command(AdminToCore question) throws IOException {
            return CoreToAdmin.fromCbor(ask(new Command(question.toBlob())));
        }

        @Override
        public long effects(String word) throws IOException {
            return ask(new Effects(word)) instanceof Cbor.Int(long value) ? value : -1;
        }

        @Override
        public boolean shows(Claim claim) throws IOException {
            return ask(new Shows(claim)) instanceof Cbor.Bool(boolean value) && value;
        }

        private Blob bytes(Word word) throws IOException {
            return ask(word) instanceof Cbor.Bytes(Blob value) ? value : Blob.EMPTY;
        }

        /** One at a time: attacks have several threads. */
        private Cbor ask(Word word) throws IOException {
            synchronized (line) {
                return line.ask(word.toCbor());
            }
        }
    }

    /** What honest people answer; nothing to what is not for them. */
    static Cbor answer(Honest honest, Word word) throws IOException {
        return switch (word) {
            case Key(String who) -> Cbor.of(honest.key(who));
            case Sign(String who, String domain, Blob payload) ->
                Cbor.of(honest.sign(who, Domain.valueOf(domain), payload));
            case Command(Blob question) ->
                honest.command(Cbor.parse(AdminToCore.class, question)).toCbor();
            case Effects(String what) -> Cbor.of(honest.effects(what));
            case Shows(Honest.Claim claim) -> Cbor.of(honest.shows(claim));
            case Prepared _, Struck _, Broken _ -> new Cbor.Null();
        };
    }
}
