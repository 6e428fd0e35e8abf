(* The model as a process: one request after the other on standard input, an answer to each on standard output. Whoever asks
   decides when the answers are sent, with the request '!'. Numbers are big-endian; a text has its length in two bytes before it. *)
open Model

let byte () = Char.code (input_char stdin)
let short () = let high = byte () in high * 256 + byte ()
let flag () = byte () <> 0

let long () =
  let rec go n acc = if n = 0 then acc else go (n - 1) (Int64.logor (Int64.shift_left acc 8) (Int64.of_int (byte ()))) in
  go 8 0L

let text () = let length = short () in List.of_seq (String.to_seq (really_input_string stdin length))
let list read = List.init (short ()) (fun _ -> read ())

(* Numbers of the model are binary: the lowest bit outside. *)
let rec positive n =
  if n = 1L then XH
  else
    let rest = positive (Int64.shift_right_logical n 1) in
    if Int64.logand n 1L = 1L then XI rest else XO rest

let z n = if n = 0L then Z0 else if n > 0L then Zpos (positive n) else Zneg (positive (Int64.neg n))

let operand () =
  match input_char stdin with
  | 'n' -> ONull
  | 'b' -> OBool (flag ())
  | 'i' -> OInt (z (long ()))
  | 's' -> OStr (text ())
  | 'x' -> ODifferent
  | c -> failwith (Printf.sprintf "operand %C" c)

let value () =
  match input_char stdin with
  | 'n' -> Null
  | 'b' -> Bool (flag ())
  | 'i' -> Int (z (long ()))
  | 's' -> Str (text ())
  | 'd' -> (match read_decimal (text ()) with Some d -> Dec d | None -> failwith "decimal")
  | 'e' -> Empty
  | c -> failwith (Printf.sprintf "value %C" c)

let rec json () =
  match input_char stdin with
  | 'n' -> JNull
  | 'b' -> JBool (flag ())
  | '1' -> JNumber (text ())
  | 's' -> JString (text ())
  | 'a' -> JArray (list json)
  | 'o' -> JObject (members ())
  | c -> failwith (Printf.sprintf "json %C" c)

and members () = list (fun () -> let name = text () in (name, json ()))

let condition () = let number = long () in condition_of (z number) (list operand)

let constraint_ () =
  let path = text () in
  let optional = flag () in
  { named = read_path path; cond = condition (); optional }

let block () =
  let not_before = z (long ()) in
  let expires = z (long ()) in
  let may_use = flag () in
  let closed = flag () in
  { not_before; expires; may_use; closed; constraints = list constraint_ }

let argument () =
  let path = text () in
  let a_value = value () in
  { a_path = read_path path; a_value; digest = text () }

let sighting () =
  let source = text () in
  let seen = text () in
  { source; seen; acted = z (long ()) }

let put_byte n = output_char stdout (Char.chr n)
let put_short n = put_byte (n / 256); put_byte (n mod 256)

let put_long n = for i = 7 downto 0 do put_byte (Int64.to_int (Int64.logand (Int64.shift_right_logical n (8 * i)) 255L)) done

let rec long_of = function
  | XH -> 1L
  | XO p -> Int64.shift_left (long_of p) 1
  | XI p -> Int64.logor (Int64.shift_left (long_of p) 1) 1L

let put_z = function Z0 -> put_long 0L | Zpos p -> put_long (long_of p) | Zneg p -> put_long (Int64.neg (long_of p))
let put_text t = put_short (String.length t); output_string stdout t

let number = function
  | CONSTRAINT -> 3
  | ARGUMENT_NOT_NAMED -> 4
  | ARGUMENT_MISSING -> 5
  | EXPIRED -> 7
  | NOT_YET_VALID -> 8
  | MAY_NOT_USE -> 12

let put_answer = function
  | Allowed -> put_byte 0; put_short 0; put_short 0
  | Refused (why, block, item) -> put_byte (number why); put_short block; put_short item

(* Readings, in the form in which the kernel has them. *)

let string t = String.of_seq (List.to_seq t)

let rec bits_of = function XH -> [ true ] | XO p -> false :: bits_of p | XI p -> true :: bits_of p

(* Sixteen bytes. *)
let address a =
  let bits = Array.make 128 false in
  (match a with Z0 -> () | Zpos p -> List.iteri (fun i b -> bits.(i) <- b) (bits_of p) | Zneg _ -> failwith "address");
  String.init 16 (fun i ->
      let octet = ref 0 in
      for k = 7 downto 0 do octet := (!octet * 2) + if bits.((8 * (15 - i)) + k) then 1 else 0 done;
      Char.chr !octet)

let rec small_of = function XH -> 1 | XO p -> 2 * small_of p | XI p -> (2 * small_of p) + 1
let int_of = function Z0 -> 0 | Zpos p -> small_of p | Zneg p -> -small_of p
let host labels = String.concat "." (List.map string labels)
let hosts = function Only labels -> host labels | Below_host labels -> "*." ^ host labels

let dotted a =
  let bytes = address a in
  String.concat "." (List.map (fun i -> string_of_int (Char.code bytes.[i])) [ 12; 13; 14; 15 ])

let url place u =
  Printf.sprintf "%s:%d//%s/%s" (if u.secure then "https" else "http") (int_of u.port) place
    (String.concat "/" (List.map string u.path))

let reading kind t =
  match kind with
  | 'a' -> Option.map address (read_address t)
  | 'h' -> Option.map host (read_host t)
  | 'u' -> Option.map (fun u -> url (match u.place with Named h -> host h | Numbered a -> dotted a) u) (read_url t)
  | 'N' -> Option.map (fun n -> String.make 1 (Char.chr (int_of n.counted)) ^ address n.base) (read_network t)
  | 'H' -> Option.map hosts (read_hosts t)
  | 'U' -> Option.map (fun u -> url (match u.place with Names h -> hosts h | Number a -> dotted a) u) (read_urls t)
  | c -> failwith (Printf.sprintf "reading %C" c)

(* A ledger, and how many nodes it has room for. *)

let room = ref 0
let nodes : ledger ref = ref []
let because = function Taken -> 0 | Exhausted -> 6 | Revoked -> 9 | Rate_limited -> 32
let change (answer, ledger) = nodes := ledger; answer

let look name =
  let put_or_minus = function None -> put_long (-1L) | Some n -> put_z n in
  put_or_minus (left name !nodes);
  match find name !nodes with
  | None -> put_long 0L; put_long 0L; put_long 0L
  | Some node ->
      put_z node.used;
      put_z (match node.pace with None -> Z0 | Some rate -> rate.opened);
      put_z (match node.pace with None -> Z0 | Some rate -> rate.in_window)

let rec serve () =
  (match input_char stdin with
  | 'E' ->
      let now = z (long ()) in
      let chain = list block in
      let received = list sighting in
      let arguments = list argument in
      let answer = evaluate now received arguments chain in
      put_answer answer;
      if answer = Allowed then List.iter (fun s -> put_z s.acted) (act arguments chain received)
  | 'J' ->
      let now = z (long ()) in
      let chain = list block in
      put_answer (evaluate now [] (flatten (members ())) chain)
  | 'C' -> let number = z (long ()) in put_byte (if fits number (list operand) then 1 else 0)
  | 'R' ->
      let kind = input_char stdin in
      put_text (Option.value (reading kind (text ())) ~default:"")
  | 'L' -> room := short (); nodes := []
  | 'T' ->
      let name = short () in
      let amount = z (long ()) in
      put_byte (because (change (take name amount (z (long ())) !nodes)))
  | 'S' ->
      let name = short () in
      let reserved = z (long ()) in
      nodes := settle name reserved (z (long ())) !nodes
  | 'V' -> nodes := revoke (short ()) !nodes
  | 'P' ->
      let name = short () in
      let most = z (long ()) in
      let span = z (long ()) in
      let since = z (long ()) in
      put_byte (if change (set_pace name most span since (z (long ())) !nodes) then 1 else 0)
  | 'A' ->
      let name = short () in
      let above = if flag () then Some (short ()) else None in
      let limit = if flag () then Some (z (long ())) else None in
      put_byte (if change (allocate !room name above limit (z (long ())) !nodes) then 1 else 0)
  | 'F' -> put_byte (if change (free (short ()) !nodes) then 1 else 0)
  | 'Q' -> look (short ())
  | '!' -> flush stdout
  | c -> failwith (Printf.sprintf "request %C" c));
  serve ()

let () =
  set_binary_mode_in stdin true;
  set_binary_mode_out stdout true;
  try serve () with End_of_file -> flush stdout
