# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# The clients of Perl: perl perl.pl mysql|MariaDB

use strict;
use warnings;
use DBI;

my $name = $ARGV[0];
my $connection;
$| = 1;
binmode(STDIN, ':utf8');
binmode(STDOUT, ':utf8');

sub escaped {
    my ($value) = @_;
    return '\N' unless defined $value;
    my %escapes = ("\\" => "\\\\", "\t" => "\\t", "\n" => "\\n");
    $value =~ s/([\\\t\n])/$escapes{$1}/g;
    return $value;
}
sub unescaped {
    my ($field) = @_;
    my %letters = (t => "\t", n => "\n");
    $field =~ s/\\(.)/$letters{$1} \/\/ $1/ge;
    return $field;
}
sub say_line { print join("\t", map { escaped($_) } @_), "\n" }

sub run {
    my ($sql, @fields) = @_;
    my $statement = $connection->prepare($sql);
    my $number = 0;
    for my $field (@fields) {
        my $kind = substr($field, 0, 1);
        $statement->bind_param(++$number, $kind eq 'n' ? undef : substr($field, 1),
                               $kind eq 'i' ? DBI::SQL_BIGINT : DBI::SQL_VARCHAR);
    }
    my $count = $statement->execute;
    return say_line('ok', $count + 0) unless $statement->{NUM_OF_FIELDS};
    say_line('columns', @{$statement->{NAME}});
    while (my $row = $statement->fetchrow_arrayref) {
        say_line('types', map { defined $_ ? 'scalar' : 'undef' } @$row);
        say_line('row', @$row);
    }
}

my %handlers = (
    connect => sub {
        my ($host, $port, $user, $password, $database, $ca) = @_;
        my $of = lc $name;
        my $source = "DBI:$name:database=$database;host=$host;port=$port";
        $source .= ";${of}_ssl=1;${of}_ssl_ca_file=$ca;${of}_ssl_verify_server_cert=1" if $ca;
        $connection = DBI->connect($source, $user, $password, {
            RaiseError => 1, PrintError => 0, "${of}_server_prepare" => 1, $name eq 'mysql' ? (mysql_enable_utf8mb4 => 1) : ()});
        say_line('ok');
    },
    query => \&run,
    execute => \&run,
    begin => sub { $connection->begin_work; say_line('ok') },
    commit => sub { $connection->commit; say_line('ok') },
    rollback => sub { $connection->rollback; say_line('ok') },
    close => sub { $connection->disconnect; say_line('ok') },
);

while (my $line = <STDIN>) {
    chomp $line;
    my ($operation, @fields) = map { unescaped($_) } split(/\t/, $line, -1);
    eval { $handlers{$operation}->(@fields); 1 } or do {
        die $@ unless $DBI::err;
        say_line('error', $DBI::err, $DBI::state, $DBI::errstr);
    };
    say_line('end');
}
