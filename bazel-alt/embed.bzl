"""Files as strings of a program."""

def gcjobs_embedded_text(name, out, template, text, variable):
    """Makes OUT from the template, in which @variable@ is the text of the file.

    Args:
      name: the rule's name.
      out: path of the C++ file that is made.
      template: path of a file, as CMake's configure_file() reads it.
      text: path of the file that becomes a string.
      variable: the template's name for it.
    """
    mark = "@%s@" % variable
    native.genrule(
        name = name,
        srcs = [text, template],
        outs = [out],
        cmd = """awk -v mark="%s" '
            NR == FNR { text = text $$0 "\\n"; next }
            at = index($$0, mark) {
              $$0 = substr($$0, 1, at - 1) text substr($$0, at + length(mark))
            }
            { print }' $(location %s) $(location %s) >$@""" % (mark, text, template),
    )
