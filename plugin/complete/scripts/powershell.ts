/** Completion of `kubectl-upid` in PowerShell, from 5.0 on. */

export const POWERSHELL = `# PowerShell completion of kubectl-upid

Register-ArgumentCompleter -Native -CommandName 'kubectl-upid', 'kubectl-upid.exe' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    # Words before the cursor; the last one may not have been begun.
    $elements = @($commandAst.CommandElements | Where-Object { $_.Extent.StartOffset -lt $cursorPosition } | ForEach-Object {
        if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value } else { $_.Extent.Text }
    })
    $program, $words = $elements
    $words = @($words)
    $typed = ''
    if ($wordToComplete -ne '' -and $words.Count -gt 0) {
        $typed = $words[-1]
        $words = @($words | Select-Object -SkipLast 1)
    }
    # Before 7.3 an empty argument is lost unless its quotes are quoted.
    $last = if ($typed -eq '' -and $PSVersionTable.PSVersion -lt [version]'7.3') { '""' } else { $typed }
    $answer = @(& $program __complete @words $last 2>$null)
    if ($LASTEXITCODE -ne 0 -or $answer.Count -eq 0) { return }
    $directive = [int]$answer[-1].Substring(1)
    $flag = if ($typed -match '^-[^=]*=') { $Matches[0] } else { '' }
    $space = if (($directive -band 2) -ne 0 -or $answer.Count -gt 2) { '' } else { ' ' }

    $answer | Select-Object -SkipLast 1 | ForEach-Object {
        $value, $description = $_ -split [char]9, 2
        if (-not $description) { $description = $value }
        $text = $flag + $value
        if ($text -match '[\\s''"\`$(){};,|&<>@#]') { $text = "'" + $text.Replace("'", "''") + "'" }
        [System.Management.Automation.CompletionResult]::new($text + $space, $value, 'ParameterValue', $description)
    }
}
`;
