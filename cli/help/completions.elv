# elvish completions of roundtrip
fn roundtrip-words {|@words|
  var choices = [@choices@]
  var options = [@options@]
  var names = @names@
  if (has-key $choices $words[-2]) {
    all $choices[$words[-2]]
    return
  }
  if (== (count $words) 2) {
    all $names
    put help
  }
  if (eq $words[1] help) {
    all $names
    put request
    return
  }
  var own = request
  if (has-value $names $words[1]) { set own = $words[1] }
  all $options[$own]
}
set edit:completion:arg-completer[roundtrip] = {|@words|
  roundtrip-words $@words
  edit:complete-filename $@words
}
